"""From which belief on a pick is called, so that no more calls are wrong than the store accepts.

The belief of a good filter is a probability, so calling at 1 − q makes at most a share q of the
calls wrong. No model is right for every shelf: the margin on top follows the calls that turned out
wrong (the item was read again within seconds), as adaptive conformal inference does (Gibbs &
Candès 2021, arXiv:2106.00170), so that the share of wrong calls tends to q whatever the physics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAY_S = 86_400.0
USUAL_PICKS_PER_DAY = 300.0
"""Picks a day at a reader before its own rate is known, and their weight."""
LEAST_WRONG, MOST_WRONG = 0.002, 0.03
GAIN = 1.0
"""Log-odds by which a wrong call raises the threshold."""
MOST_MARGIN = 4.0


class Alarm:
    """Threshold of each reader.

    Args:
        accepted: (R,) false picks a day that the store accepts of each reader.
    """

    def __init__(self, accepted: Floats) -> None:
        self._accepted = accepted
        self._calls = np.zeros(len(accepted))
        self._start_s = np.nan
        self._now_s = np.nan
        self._margin = np.zeros(len(accepted))

    def called(self, reader: int, t_s: float) -> None:
        """A pick was called at this reader."""
        if np.isnan(self._start_s):
            self._start_s = t_s
        self._now_s = t_s
        self._calls[reader] += 1
        share = self.wrong_share()[reader]
        self._margin[reader] = max(self._margin[reader] - GAIN * share, 0.0)

    def wrong(self, reader: int) -> None:
        """A call of this reader turned out wrong."""
        self._margin[reader] = min(self._margin[reader] + GAIN, MOST_MARGIN)

    def wrong_share(self) -> Floats:
        """(R,) share of the calls that may be wrong."""
        days = 1.0 + np.nan_to_num((self._now_s - self._start_s) / DAY_S)
        a_day = (USUAL_PICKS_PER_DAY + self._calls) / days
        share: Floats = np.clip(self._accepted / a_day, LEAST_WRONG, MOST_WRONG)
        return share

    def threshold(self, reader: NDArray[np.int64]) -> Floats:
        """(N,) belief in absence from which a tag of that reader is called picked."""
        share = self.wrong_share()
        odds = np.log((1 - share) / share) + self._margin
        result: Floats = (1 / (1 + np.exp(-odds)))[reader]
        return result
