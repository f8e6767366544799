"""(state, now) → actions: alerts, advice, signage. Pure: no input or output, no clock."""
