"""The detections of one frame as the tracker sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.duplicates import shadows
from edge_agent.tracking.motion import Bools, Floats, Rows
from models.detections import Detections


@dataclass(frozen=True, slots=True)
class Sightings:
    """M detections that are worth a look.

    Attributes:
        rows: (M,) their rows in the Detections.
        boxes: (M, 4) x1 y1 x2 y2 in pixels.
        scores: (M,) in 0..1.
        looks: (M, D) what they look like; D is 0 where nobody says.
        shadow: (M, M) whether i may be a second box on what j shows.
    """

    rows: Rows
    boxes: Floats
    scores: Floats
    looks: Floats
    shadow: Bools

    @classmethod
    def of(
        cls, detections: Detections, looks: NDArray[np.float32] | None, min_score: float
    ) -> Sightings:
        """The detections of score ``min_score`` or more."""
        rows = np.flatnonzero(detections.scores >= min_score)
        boxes = detections.boxes[rows].astype(np.float64)
        scores = detections.scores[rows].astype(np.float64)
        seen = np.empty((len(rows), 0)) if looks is None else looks[rows].astype(np.float64)
        return cls(rows, boxes, scores, seen, shadows(boxes, scores))

    def clear_of(self, others: Rows) -> Bools:
        """(M,) whether each is no second box on any of ``others``."""
        return np.asarray(~self.shadow[:, others].any(axis=1))
