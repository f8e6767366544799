"""A small network and how it learns: three layers, logistic loss, Adam (arXiv:1412.6980)."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HIDDEN = 16
STEPS, BATCH = 25_000, 512
RATE, DECAY = 3e-3, 1e-4


class Network:
    """Tells the chance of something from what is known of it.

    Args:
        inputs: (N, F) examples.
        real: (N,) 0 or 1.
        seed: of the order in which it sees them.
    """

    def __init__(self, inputs: Floats, real: Floats, seed: int = 0, steps: int = STEPS) -> None:
        rng = np.random.default_rng(seed)
        mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
        sizes = (inputs.shape[1], HIDDEN, HIDDEN, 1)
        self._layers: list[Floats] = []
        for before, after in pairwise(sizes):
            weights = rng.normal(0.0, before**-0.5, (before, after))
            self._layers += [weights, np.zeros(after)]
        scaled = (inputs - mean) / spread
        first = [np.zeros_like(layer) for layer in self._layers]
        second = [np.zeros_like(layer) for layer in self._layers]
        for step in range(1, steps + 1):
            rows = rng.integers(0, len(real), BATCH)
            slopes = self._slopes(scaled[rows], real[rows, None])
            rate = RATE * (1.0 - 0.9 * step / steps)
            for k, slope in enumerate(slopes):
                slope += DECAY * self._layers[k]
                first[k] += 0.1 * (slope - first[k])
                second[k] += 0.001 * (slope**2 - second[k])
                moved = first[k] / (1.0 - 0.9**step)
                self._layers[k] -= rate * moved / (np.sqrt(second[k] / (1.0 - 0.999**step)) + 1e-8)
        # The scale of the inputs goes into the first layer.
        self._layers[1] = self._layers[1] - mean / spread @ self._layers[0]
        self._layers[0] = self._layers[0] / spread[:, None]

    def chance(self, inputs: Floats) -> Floats:
        """(N,) of (N, F)."""
        return np.asarray(_sigmoid(self._forward(inputs)[-1])[:, 0])

    def write(self, path: Path, family: str) -> None:
        """Write it as JSON; ``family`` is that of the detector it knows."""
        pairs = zip(self._layers[::2], self._layers[1::2], strict=True)
        layers = [
            {"weights": weights.round(4).tolist(), "offsets": offsets.round(4).tolist()}
            for weights, offsets in pairs
        ]
        path.write_text(json.dumps({"family": family, "layers": layers}) + "\n", encoding="utf-8")

    def _forward(self, inputs: Floats) -> list[Floats]:
        w1, b1, w2, b2, w3, b3 = self._layers
        first = np.maximum(inputs @ w1 + b1, 0.0)
        second = np.maximum(first @ w2 + b2, 0.0)
        return [inputs, first, second, second @ w3 + b3]

    def _slopes(self, inputs: Floats, real: Floats) -> list[Floats]:
        """Gradient of the loss by every weight."""
        values = self._forward(inputs)
        error = (_sigmoid(values[-1]) - real) / len(real)
        slopes: list[Floats] = []
        for k in (2, 1, 0):
            slopes = [values[k].T @ error, error.sum(axis=0), *slopes]
            error = error @ self._layers[2 * k].T * (values[k] > 0.0)
        return slopes


def loss(chance: Floats, real: Floats) -> float:
    """Mean logistic loss."""
    chance = chance.clip(1e-6, 1.0 - 1e-6)
    return float(-np.mean(real * np.log(chance) + (1.0 - real) * np.log(1.0 - chance)))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)))
