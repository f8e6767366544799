"""How well the published waits of a lane did."""

from __future__ import annotations

from collections import deque

from messages.payloads import WaitScore

LAST = 200
"""Waits that the score looks back on."""
LITTLE_FROM_S = 600.0
"""Person-seconds of waiting from which Little's law says something."""


class WaitScorer:
    """Scores the waits of one lane.

    Little's law, L = λW (Little, Operations Research 1961, doi 10.1287/opre.9.3.383), is an
    identity for a queue that is watched without error. Both sides, times the time watched, are
    person-seconds of waiting: once summed over the length that was published, once over the
    waits that were told of.
    """

    def __init__(self) -> None:
        self._last: deque[tuple[float, bool]] = deque(maxlen=LAST)
        self._length_s = 0.0
        self._waits_s = 0.0
        self._score: WaitScore | None = None

    def stood(self, waiting: float, dt_s: float) -> None:
        """Add a moment of the published length, before it is rounded."""
        self._length_s += waiting * dt_s

    def ended(self, wait_s: float) -> None:
        """Add a wait that ended, however it did."""
        self._waits_s += wait_s

    def served(self, predicted_s: float, predicted_p90_s: float, wait_s: float) -> None:
        """Score a prediction against the wait that followed."""
        self._last.append((predicted_s - wait_s, wait_s <= predicted_p90_s))
        self._score = None

    def score(self, waiting_s: float = 0.0) -> WaitScore:
        """Give the score.

        Args:
            waiting_s: how long those who wait now have waited, added up.
        """
        if self._score is None:
            self._score = self._of_last()
        if self._length_s < LITTLE_FROM_S:
            return self._score
        residual = abs(self._length_s - self._waits_s - waiting_s) / self._length_s
        if residual != self._score.little_residual:
            # A copy takes three times as long as a new one.
            self._score = WaitScore(**{**vars(self._score), "little_residual": residual})
        return self._score

    def _of_last(self) -> WaitScore:
        n = len(self._last)
        if not n:
            return WaitScore(n=0)
        errors = [error for error, _ in self._last]
        return WaitScore(
            n=n,
            mae_s=sum(map(abs, errors)) / n,
            bias_s=sum(errors) / n,
            p90_coverage=sum(under for _, under in self._last) / n,
        )
