"""How the outputs of each family of networks become boxes.

A decoder is called as ``decode(outputs, size, min_score, person)`` with the raw arrays of the
network, ``size`` = (width, height) of its input in pixels, the lowest score wanted and the index
of the class "person". It gives boxes (N, 4) float32 x1 y1 x2 y2 in pixels of the input, not
clipped and not yet suppressed, and scores (N,) float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families import nanodet, ssd, yolo, yolox

Outputs = Sequence[NDArray[Any]]
Decoded = tuple[NDArray[np.float32], NDArray[np.float32]]
Decode = Callable[[Outputs, tuple[int, int], float, int], Decoded]

FAMILIES: dict[str, Decode] = {
    "nanodet": nanodet.decode,
    "ssd": ssd.decode,
    "ssd-boxes": ssd.decode_boxes,
    "yolo": yolo.decode,
    "yolo-nms-free": yolo.decode_nms_free,
    "yolox": yolox.decode,
}
"""Decoders by the name that ``family`` has in a manifest."""
