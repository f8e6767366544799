"""When to try again: ever later, and with jitter, so that a shop's devices don't knock at once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Waits between attempts.

    Half of each wait is fixed and half random ("equal jitter", M. Brooker, AWS Architecture Blog
    2015): no attempt follows at once, and devices that fell together come back apart.

    Attributes:
        first_s: longest first wait in seconds.
        most_s: no wait is longer.
        random: source of the jitter.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    random: random.Random = field(default_factory=random.Random)
    _failures: int = 0

    def next_s(self) -> float:
        """Give the seconds to wait after one more failure."""
        top = min(self.most_s, self.first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return top * (0.5 + 0.5 * self.random.random())

    def reset(self) -> None:
        """Forget the failures: it worked."""
        self._failures = 0
