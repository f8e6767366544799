"""What each family of networks wants as input and how its outputs become boxes.

A decoder is called as ``decode(outputs, size, min_score)`` with the raw arrays of the network,
``size`` = (width, height) of its input in pixels and the lowest score wanted. It gives boxes
(N, 4) float32 x1 y1 x2 y2 in pixels of the input, not clipped and not yet suppressed, and scores
(N,) float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.families import nanodet

Outputs = Sequence[NDArray[Any]]
Decoded = tuple[NDArray[np.float32], NDArray[np.float32]]
Decode = Callable[[Outputs, tuple[int, int], float], Decoded]

FAMILIES: dict[str, Decode] = {"nanodet": nanodet.decode}
"""Decoders by the name that ``family`` has in a manifest."""
