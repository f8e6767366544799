"""A network of detections that look at each other: how it is kept, and what it says.

Each detection has a state. In every look it takes from each one near it what their states and how
they lie to each other say, the most telling and the sum of it, and changes its own. All layers
are linear with a rectifier between them (Hosang et al., arXiv:1705.02950; Battaglia et al.,
arXiv:1806.01261).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

MANY = 0.2
"""The sum over those around is weighed so, to be as large as the most telling one."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One linear layer: weights (I, O) and offsets (O,)."""

    weights: Floats
    offsets: Floats

    def __call__(self, values: Floats) -> Floats:
        """(N, O) of (N, I)."""
        result = values @ self.weights
        result += self.offsets
        return result


@dataclass(frozen=True, slots=True)
class Network:
    """What was learned.

    Attributes:
        family: of the detector it was learned from.
        layers: by name: ``state.0`` and ``state.1`` make a state of what is known of a detection;
            for every look k ``k.own``, ``k.other`` and ``k.pair`` what one takes from another,
            ``k.told`` what that says, ``k.change.0`` and ``k.change.1`` what comes of it;
            ``odds.0`` and ``odds.1`` what a state means.
        looks: how often they look.
    """

    family: str
    layers: dict[str, Layer]
    looks: int

    @classmethod
    def read(cls, path: Path) -> Network:
        """Read it from JSON."""
        content = json.loads(path.read_text(encoding="utf-8"))
        layers = {
            name: Layer(*(np.array(layer[part], np.float32) for part in ("weights", "offsets")))
            for name, layer in content["layers"].items()
        }
        return cls(content["family"], layers, sum(name.endswith(".own") for name in layers))

    def odds(self, each: Floats, pairs: Floats, first: Rows, second: Rows) -> Floats:
        """Tell the log-odds of each detection.

        Args:
            each: (N, F) what is known of each.
            pairs: (E, G) how the second of a pair lies to the first.
            first: (E,) rows of those who look, sorted.
            second: (E,) rows of those they look at.

        Returns:
            (N,).
        """
        state = self._two("state", each)
        # A pair is worked out where the first one changes.
        looking, starts = np.unique(first, return_index=True)
        for look in range(self.looks):
            seen = np.maximum(state, 0.0)
            taken = np.zeros((len(seen), 3 * seen.shape[1]), np.float32)
            taken[:, : seen.shape[1]] = seen
            if len(first):
                told = self._told(look, seen, pairs, first, second)
                most = np.maximum.reduceat(told, starts, axis=0)
                many = MANY * np.add.reduceat(told, starts, axis=0)
                taken[looking, seen.shape[1] :] = np.concatenate([most, many], axis=1)
            state += self._two(f"{look}.change", taken)
        return self._two("odds", np.maximum(state, 0.0))[:, 0]

    def _told(self, look: int, seen: Floats, pairs: Floats, first: Rows, second: Rows) -> Floats:
        own, other, pair, told = (
            self.layers[f"{look}.{n}"] for n in ("own", "other", "pair", "told")
        )
        values = pair(pairs)
        values += own(seen)[first]
        values += other(seen)[second]
        return _positive(told(_positive(values)))

    def _two(self, name: str, values: Floats) -> Floats:
        return self.layers[f"{name}.1"](_positive(self.layers[f"{name}.0"](values)))


def _positive(values: Floats) -> Floats:
    return np.maximum(values, 0.0, out=values)
