"""The only pictures that may leave memory: of the place, with the people made unrecognisable."""

from __future__ import annotations

import cv2
import numpy as np

from hardware.interfaces import Image
from models.detections import Detections

_BLOCKS = 5
"""A person is at most so many blocks wide: a face is less than two."""
_MARGIN = 0.15


def without_people(image: Image, people: Detections) -> Image:
    """Give a copy in which everybody detected, at whatever score, is a few large blocks.

    Args:
        image: (H, W, 3) BGR.
        people: the people in it, with the lowest score that the network gives.
    """
    result = image.copy()
    height, width = image.shape[:2]
    sides = people.boxes[:, 2:] - people.boxes[:, :2]
    # Large boxes last: a small one on somebody's face must not make it finer again.
    for x1, y1, x2, y2 in people.boxes[np.argsort(sides.prod(axis=1))].astype(float):
        margin = _MARGIN * max(x2 - x1, y2 - y1)
        left, top = max(0, int(x1 - margin)), max(0, int(y1 - margin))
        right, bottom = min(width, int(x2 + margin) + 1), min(height, int(y2 + margin) + 1)
        block = max(8, (right - left) // _BLOCKS)
        inside = image[top:bottom, left:right]
        if not inside.size:
            continue
        coarse = cv2.resize(
            inside,
            (max(1, (right - left) // block), max(1, (bottom - top) // block)),
            interpolation=cv2.INTER_AREA,
        )
        result[top:bottom, left:right] = cv2.resize(
            coarse, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
        )
    return result


class EmptyPlace:
    """Puts together a picture of a place without its people.

    The median over some pictures taken apart in time leaves what stands still; in each of them
    the people are made unrecognisable first, so that nobody who stands still is left either.

    Args:
        pictures: how many are kept at most.
    """

    def __init__(self, pictures: int = 15) -> None:
        self._most = pictures
        self._kept: list[Image] = []
        self._every = 1
        self._offered = 0

    def offer(self, image: Image, people: Detections) -> None:
        """Take a picture into account; of many, some spread over the whole time are kept."""
        self._offered += 1
        if self._kept and self._kept[0].shape != image.shape:
            self._kept.clear()
        if self._offered % self._every:
            return
        self._kept.append(without_people(image, people))
        if len(self._kept) > self._most:
            self._kept = self._kept[::2]
            self._every *= 2

    def picture(self) -> Image | None:
        """Give the place, (H, W, 3) BGR; None before the first picture."""
        if not self._kept:
            return None
        return np.asarray(np.median(np.stack(self._kept), axis=0), np.uint8)
