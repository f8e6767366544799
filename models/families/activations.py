"""Functions that networks end with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + exp(-x)), elementwise, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), np.float32)


def logit(p: float) -> float:
    """The x for which sigmoid(x) is ``p``; comparing logits spares the sigmoid of every cell."""
    return math.log(p / (1.0 - p))


def softmax(x: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Weights that sum to 1 along ``axis``."""
    weights = np.exp(x - x.max(axis, keepdims=True))
    return np.asarray(weights / weights.sum(axis, keepdims=True), np.float32)
