"""Things that the detector takes for people again and again at the same place.

A sign or a coat stand scores low in every picture and never moves. Such places are learned from
weak detections that belong to nobody, so that nobody who walks past gets stuck to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.motion import Bools, Floats
from edge_agent.tracking.overlap import iou

_SAME_IOU = 0.6
_LEARN_S = 1.5
"""A place is known after so many seconds of weak detections."""
_MOST_S = 30.0
_FORGET = 0.05
"""Seconds forgotten each second."""
_ROOM = 64


@dataclass(slots=True)
class Clutter(Columns):
    """Places of C things.

    Attributes:
        boxes: (C, 4) where they are in pixels.
        held_s: (C,) seconds for which they were detected, what was forgotten taken off.
    """

    boxes: Floats
    held_s: Floats

    @classmethod
    def none(cls) -> Clutter:
        """Nothing known."""
        return cls(np.empty((0, 4)), np.empty(0))

    def covers(self, boxes: Floats) -> Bools:
        """(N,) whether each of ``boxes`` (N, 4) is a known thing."""
        known = self.boxes[self.held_s >= _LEARN_S]
        if not len(known) or not len(boxes):
            return np.zeros(len(boxes), np.bool_)
        return np.asarray((iou(boxes, known) > _SAME_IOU).any(axis=1))

    def learn(self, boxes: Floats, dt_s: float) -> None:
        """Take in weak detections ``boxes`` (N, 4) that belong to nobody."""
        self.held_s = self.held_s - _FORGET * dt_s
        fresh = np.ones(len(boxes), np.bool_)
        if len(boxes) and len(self.boxes):
            overlap = iou(boxes, self.boxes)
            nearest = overlap.argmax(axis=1)
            again = overlap.max(axis=1) > _SAME_IOU
            hit = nearest[again]
            self.boxes[hit] += 0.05 * (boxes[again] - self.boxes[hit])
            self.held_s[np.unique(hit)] += dt_s
            fresh = ~again
        self.held_s = np.minimum(self.held_s, _MOST_S)
        self.append(Clutter(boxes[fresh], np.full(int(fresh.sum()), dt_s)))
        keep = self.held_s > 0.0
        if keep.sum() > _ROOM:
            keep &= self.held_s >= np.sort(self.held_s)[-_ROOM]
        self.keep(keep)
