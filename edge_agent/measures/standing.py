"""Where people stand in their lanes, in metres on the floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.lanes import LaneShape
from edge_agent.measures.perspective import BODY_M, Perspective

Floats = NDArray[np.float64]


class Standing:
    """Puts people on the floor of their lanes.

    Args:
        shapes: the lanes of one camera.
    """

    def __init__(self, shapes: Sequence[LaneShape]) -> None:
        self._tills = np.array([shape.origin for shape in shapes]).reshape(-1, 2)
        axes = np.array([shape.axis for shape in shapes]).reshape(-1, 2)
        self._ends = self._tills + axes / np.maximum((axes**2).sum(axis=1), 1e-12)[:, None]
        self._seen_from: Perspective | None = None
        self._sides = np.empty((4, 0))

    def spots(
        self, seen_from: Perspective | None, feet: Floats, boxes: Floats, lanes: Sequence[int]
    ) -> Floats:
        """Place people along and across their lanes.

        Args:
            seen_from: how the camera looks at the floor; None while unknown.
            feet: (N, 2) fractions of the frame.
            boxes: (N, 4) fractions of the frame.
            lanes: (N,) index of the lane of each; what is told of others means nothing.

        Returns:
            (2, N) metres behind the till and aside of the middle of the lane; NaN where unknown.
        """
        if seen_from is None:
            return np.full((2, len(feet)), np.nan)
        if seen_from is not self._seen_from:
            self._look(seen_from)
        lane = np.array(lanes, np.intp)
        origin_x, origin_y, right, away = self._sides.take(lane, axis=1)
        x, y = seen_from.spots(feet, boxes)
        x -= origin_x
        y -= origin_y
        spots = np.empty((2, len(feet)))
        np.add(x * right, y * away, out=spots[0])
        np.subtract(y * right, x * away, out=spots[1])
        return spots

    def _look(self, seen_from: Perspective) -> None:
        below_m = seen_from.over_heads_m + BODY_M
        self._seen_from = seen_from
        tills, ends = self._tills, self._ends
        origins = seen_from.floor(tills[:, 0], tills[:, 1], below_m)
        ways = seen_from.floor(ends[:, 0], ends[:, 1], below_m) - origins
        # Of each lane where it begins and which way it leads, right and away of the camera.
        self._sides = np.concatenate([origins, ways / np.maximum(np.hypot(*ways), 1e-9)])
