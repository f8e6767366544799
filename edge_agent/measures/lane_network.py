"""A network that watches one lane: how it is kept, and what it says.

What a picture shows of a dense line is wrong for seconds in the same way, and what a queue did
before tells much of what it can be now. So one look after the other goes into a small recurrent
network (gated recurrent unit; Cho et al., arXiv:1406.1078), which keeps a state of the lane and
tells how many wait and are at the till, and whether a service began or ended.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FAR = 6.0
"""No number is further from its mean, in spreads."""
USUAL_S = 0.25
"""Looks were learned from that are mostly so far apart."""
APART_S = 0.1, 2.0
"""No look counts as nearer to the one before, or further from it."""
ROWS = 4
"""Matrices of so many rows, or twice as many, are multiplied fastest: three take half as long again
as four."""
EVENTS = ("started", "ended")
TOLD = 7 + len(EVENTS)
"""Numbers that are told of each lane: people who wait, queue units and people at the till where
anybody is, as what is to be added to what is known without the network, each with the spread of a
logistic distribution around it before the softplus; log-odds that anybody is at the till; and of
each of EVENTS, log-odds that a service did so ``lane_reader.PEAK_S`` ago."""
LEAST_SPREAD, SPREAD = 0.05, -1.5
"""Least spread of a number, and where it begins, before the softplus."""


class Layer(NamedTuple):
    """One linear layer of M members: weights (M, I, O) and offsets (M, 1, O)."""

    weights: Floats
    offsets: Floats

    def __call__(self, values: Floats) -> Floats:
        """(M, L, O) of (M, L, I), or of (1, L, I) for all members alike."""
        result: Floats = np.matmul(values, self.weights)
        result += self.offsets
        return result


@dataclass(frozen=True, slots=True)
class LaneNetwork:
    """What was learned of lanes; one for all of them.

    Several that learned from the same lanes err in other places, so that their mean errs less.

    Attributes:
        mean, spread: (I,) of what is known of a look.
        layers: of all members: ``look`` reads a look; ``new`` and ``old`` (reset, update and
            candidate beside each other) change the state by what was read and by what it was;
            ``told.0`` and ``told.1`` tell of the state.
        trusted: share of the numbers that are told as what is to be added that counts.
    """

    mean: Floats
    spread: Floats
    layers: dict[str, Layer]
    trusted: float

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> LaneNetwork:
        """Take it out of what was read from JSON."""
        members = content["members"]
        layers = {}
        for name in members[0]:
            weights, offsets = (
                np.array([member[name][part] for member in members], np.float32)
                for part in ("weights", "offsets")
            )
            layers[name] = Layer(weights, offsets[:, None])
        mean, spread = (np.array(content[part], np.float32) for part in ("mean", "spread"))
        return cls(mean, spread, layers, float(content["trusted"]))

    def start(self, lanes: int) -> Floats:
        """(M, R, H) state of lanes that were never seen; the last of the R rows may be nobody's."""
        members, size, _ = self.layers["old"].weights.shape
        return np.zeros((members, -(-lanes // ROWS) * ROWS, size), np.float32)

    def read(self, state: Floats, looks: Floats, since_s: float) -> tuple[Floats, Floats]:
        """Take in one look at all lanes.

        Args:
            state: after the look before.
            looks: (L, I) of :mod:`edge_agent.measures.lane_look`.
            since_s: seconds since the look before.

        Returns:
            (L, TOLD) what is told, and the state after the look.
        """
        lanes, size = looks.shape
        known = np.zeros((1, state.shape[1], size + 1), np.float32)
        numbers = known[0, :lanes, :size]
        np.subtract(looks, self.mean, out=numbers)
        numbers /= self.spread
        np.minimum(numbers, FAR, out=numbers)
        np.maximum(numbers, -FAR, out=numbers)
        known[..., -1] = math.log2(min(max(since_s, APART_S[0]), APART_S[1]) / USUAL_S)
        layers = self.layers
        read = np.maximum(layers["look"](known), 0.0)
        state = _changed(state, layers["new"](read), layers["old"](state))
        hidden = np.maximum(layers["told.0"](np.concatenate([state, read], axis=2)), 0.0)
        told = layers["told.1"](hidden)
        return np.add.reduce(told, axis=0)[:lanes] / np.float32(len(told)), state


class LaneNetworks(NamedTuple):
    """What was learned of lanes.

    Attributes:
        weighed: of those in which everything that may be a person is weighed.
        followed: of those in which nobody is known but who is followed.
    """

    weighed: LaneNetwork
    followed: LaneNetwork


def _changed(state: Floats, new: Floats, old: Floats) -> Floats:
    """(M, L, H) state after a look, by what was read and by what it was, (M, L, 3 H) each."""
    size = state.shape[2]
    gates = _chance(new[..., : 2 * size] + old[..., : 2 * size])
    reset, keep = gates[..., :size], gates[..., size:]
    candidate = np.tanh(new[..., 2 * size :] + reset * old[..., 2 * size :])
    return np.asarray(candidate + keep * (state - candidate), np.float32)


def _chance(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), np.float32)
