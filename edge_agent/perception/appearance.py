"""What detected people look like: colours from head to foot, as numbers without a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.interfaces import Image
from models.detections import Detections

BANDS = 8
_MIDDLE = 0.4
"""Share of the width that is surely body."""
_USUAL_CHANGE = 10.0
"""Mean difference of a band, in 8-bit Lab levels, between two sightings of one person."""


def looks(image: Image, detections: Detections, min_score: float = 0.0) -> NDArray[np.float32]:
    """Mean colour of each detected person in bands from head to foot.

    Lab colours tell clothes apart better than RGB or its logarithm here: of two people in one
    picture the right one is nearer in 86 % of the cases 0.6 s later, against 84 %.

    Args:
        image: the picture, uint8 BGR (H, W, 3).
        detections: N people in it.
        min_score: weaker ones are not looked at.

    Returns:
        (N, 24) in units of the usual change between two sightings; zeros where not looked at.
    """
    rows = np.flatnonzero(detections.scores >= min_score)
    result = np.zeros((len(detections), BANDS * 3), np.float32)
    if not len(rows):
        return result
    bands = np.empty((len(rows), BANDS, 3), np.uint8)
    height, width = image.shape[:2]
    for band, (x1, y1, x2, y2) in zip(bands, detections.boxes[rows].tolist(), strict=True):
        side = (x2 - x1) * (1.0 - _MIDDLE) / 2.0
        left, top = int(min(x1 + side, width - 1)), int(min(y1, height - 1))
        right, bottom = max(left + 1, int(x2 - side)), max(top + 1, int(y2))
        middle = image[top:bottom, left:right]
        band[:] = cv2.resize(middle, (1, BANDS), interpolation=cv2.INTER_AREA)[:, 0]
    lab = cv2.cvtColor(bands, cv2.COLOR_BGR2LAB)
    result[rows] = lab.reshape(len(rows), -1).astype(np.float32) / _USUAL_CHANGE
    return result
