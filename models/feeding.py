"""From a picture to the tensor that a network takes, in buffers used again and again."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.fitting import Fit
from models.manifest import InputSpec


class Feed:
    """Feeds pictures of one shape to one network.

    Args:
        spec: what the network takes.
        fit: how a picture is laid into its input.
    """

    def __init__(self, spec: InputSpec, fit: Fit) -> None:
        self.fit = fit
        self._spec = spec
        self._levels = fit.buffer()
        self._words = np.empty((*self._levels.shape[:3], 4), np.uint8)

    def tensor(self, image: NDArray[np.uint8]) -> NDArray[Any]:
        """The input for a picture (H, W, 3) uint8 BGR; the next call may write over it."""
        self.fit.lay(image, self._levels)
        if self._spec.layout == "nhwc":
            return self._levels
        if self._spec.layout == "nhwc4":
            cv2.cvtColor(self._levels[0], cv2.COLOR_BGR2BGRA, self._words[0])
            return self._words
        # Mean and deviation are in the order of the network's channels; OpenCV swaps first.
        blob = cv2.dnn.blobFromImage(
            self._levels[0], mean=self._spec.mean, swapRB=self._spec.colour == "rgb"
        )
        std = np.array(self._spec.std, np.float32)
        return np.asarray(blob / std[None, :, None, None], np.float32) if (std != 1).any() else blob
