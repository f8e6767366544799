"""How a picture is laid into the input of a network, and boxes taken back out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Mode = Literal["auto", "letterbox", "stretch"]
PAD_LEVEL = 114
MAX_STRETCH = 1.06
"""``auto`` stretches a picture by no more than this: it costs less than the pixels of a border."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the picture lies in the input.

    Attributes:
        source: (width, height) of the picture in pixels.
        size: (width, height) of the input in pixels.
        inner: (width, height) that the picture takes up in the input.
        offset: (x, y) of its top left corner in the input.
    """

    source: tuple[int, int]
    size: tuple[int, int]
    inner: tuple[int, int]
    offset: tuple[int, int]

    @classmethod
    def of(cls, source: tuple[int, int], size: tuple[int, int], mode: Mode) -> Fit:
        """Fill the input (``stretch``), or keep the aspect ratio and fill up with grey.

        ``auto`` stretches where the shapes are all but the same.
        """
        ratio = source[0] * size[1] / (source[1] * size[0])
        if mode == "stretch" or (mode == "auto" and max(ratio, 1 / ratio) <= MAX_STRETCH):
            return cls(source, size, size, (0, 0))
        scale = min(size[0] / source[0], size[1] / source[1])
        inner = (
            min(size[0], max(1, round(source[0] * scale))),
            min(size[1], max(1, round(source[1] * scale))),
        )
        return cls(source, size, inner, ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))

    def buffer(self) -> NDArray[np.uint8]:
        """An input (1, H, W, 3) for :meth:`lay` to write to, again and again."""
        return np.full((1, self.size[1], self.size[0], 3), PAD_LEVEL, np.uint8)

    def lay(self, image: NDArray[np.uint8], buffer: NDArray[np.uint8]) -> None:
        """Write the picture, (H, W, 3) uint8, to its place in ``buffer``."""
        x, y = self.offset
        place = buffer[0, y : y + self.inner[1], x : x + self.inner[0]]
        if self.inner == self.source:
            place[:] = image
            return
        # Averaging keeps thin limbs that skipping pixels would lose.
        smaller = self.inner[0] * 2 < self.source[0]
        cv2.resize(
            image, self.inner, place, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        )

    def back(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (N, 4) from pixels of the input to pixels of the picture, clipped to it."""
        offset = np.array(self.offset * 2, np.float32)
        scale = np.array(
            [self.source[0] / self.inner[0], self.source[1] / self.inner[1]] * 2, np.float32
        )
        high = np.array(self.source * 2, np.float32)
        return np.asarray(np.clip((boxes - offset) * scale, 0.0, high), np.float32)
