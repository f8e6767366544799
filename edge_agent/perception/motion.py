"""Whether anything moved since the detector last looked."""

from __future__ import annotations

import cv2
import numpy as np

from edge_agent.perception.view import Glance, Thumbnail

_LEAST_STEP = 7.0
"""Grey levels of a thumbnail pixel, below which nothing counts as a change."""
_NOISE_STEPS = 6.0
"""So many standard deviations of the camera's noise are no change."""
_LEAST_PIXELS = 3
"""Changed pixels among nine neighbours; lone ones are noise or coding."""
_SIGMA_OF_MEAN = 1.2533
"""Of a normal distribution, the standard deviation over the mean size."""


class Motion:
    """Compares each thumbnail with the one of the last detection.

    Not with the last frame: somebody who moves slowly changes little from frame to frame, but
    must be looked for as soon as he stands elsewhere than the detector saw him. A change of light
    over the whole picture is none; noise is learned from the picture itself.
    """

    def __init__(self) -> None:
        self._seen: Thumbnail | None = None
        self._size: tuple[int, ...] = ()

    def moved(self, glance: Glance) -> bool:
        """Say whether the picture shows something new; true before the first detection."""
        if self._seen is None or self._size != glance.image.shape:
            return True
        change = glance.small.astype(np.int16) - self._seen
        change -= np.int16(np.median(change))
        size = np.abs(change)
        sigma = _SIGMA_OF_MEAN * float(size.mean())
        changed = (size > max(_LEAST_STEP, _NOISE_STEPS * sigma)).astype(np.uint8)
        neighbours = cv2.boxFilter(changed, cv2.CV_8U, (3, 3), normalize=False)
        return int(neighbours.max()) >= _LEAST_PIXELS

    def detected(self, glance: Glance) -> None:
        """Remember the picture that the detector has just seen."""
        self._seen, self._size = glance.small, glance.image.shape
