"""Queue length, waits, service, dwell and footfall. Pure: no input or output, no clock."""
