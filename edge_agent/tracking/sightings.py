"""The detections of one frame as the tracker sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.duplicates import shadows
from edge_agent.tracking.motion import Bools, Floats, Rows
from models.detections import Detections

_LIKELY = 0.7
"""Log-odds that the place adds to the score of somebody who stands where people are likely."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """M detections that are worth a look.

    Attributes:
        rows: (M,) their rows in the Detections.
        boxes: (M, 4) x1 y1 x2 y2 in pixels.
        scores: (M,) in 0..1.
        evidence: (M,) the scores, raised where people are likely.
        likely: (M,) whether each stands where people are likely.
        looks: (M, D) what they look like; D is 0 where nobody says.
        shadow: (M, M) whether i may be a second box on what j shows.
    """

    rows: Rows
    boxes: Floats
    scores: Floats
    evidence: Floats
    likely: Bools
    looks: Floats
    shadow: Bools

    @classmethod
    def of(
        cls,
        detections: Detections,
        looks: NDArray[np.float32] | None,
        min_score: float,
        likely: NDArray[np.bool_] | None = None,
    ) -> Sightings:
        """The detections whose evidence is ``min_score`` or more.

        A score says how likely a box is a person where people are as rare as in the pictures
        that the network has learned from. At a till the odds are better before anybody looks.
        """
        scores = detections.scores.astype(np.float64)
        if likely is None:
            likely = np.zeros(len(scores), np.bool_)
        evidence = np.where(likely, _raised(scores), scores)
        rows = np.flatnonzero(evidence >= min_score)
        boxes = detections.boxes[rows].astype(np.float64)
        scores, evidence = scores[rows], evidence[rows]
        seen = np.empty((len(rows), 0)) if looks is None else looks[rows].astype(np.float64)
        shadow = shadows(boxes, scores)
        return cls(rows, boxes, scores, evidence, likely[rows], seen, shadow)

    def clear_of(self, others: Rows) -> Bools:
        """(M,) whether each is no second box on any of ``others``."""
        return np.asarray(~self.shadow[:, others].any(axis=1))


def _raised(scores: Floats) -> Floats:
    """``scores`` (N,) whose odds are so much better."""
    better = np.exp(_LIKELY) * scores
    return np.asarray(better / (1.0 - scores + better))
