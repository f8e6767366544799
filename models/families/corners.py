"""From centres to corners."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def corners_of(centred: NDArray[Any]) -> NDArray[np.float32]:
    """(N, 4) centre x, y, width, height → (N, 4) float32 x1 y1 x2 y2."""
    centre, half = centred[:, :2], centred[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], 1).astype(np.float32)
