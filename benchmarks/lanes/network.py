"""How the network of ``edge_agent.measures.lane_network`` learns; needs the extra [export]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.lanes.examples import Example
from edge_agent.measures.lane_look import FIRST, KINDS, LAST, NUMBERS, PLACES, SCALED, SHIFTED
from edge_agent.measures.lane_network import (
    APART_S,
    EVENTS,
    FAR,
    MOST_SERVED,
    USUAL_S,
)
from edge_agent.measures.lane_reader import PEAK_S

Floats = NDArray[np.float32]

INPUTS = NUMBERS + KINDS * PLACES
READ, STATE, TELL = 64, 48, 48
BATCH, LONG, WARM = 20, 400, 60
"""Lanes a step, looks of each, and those at the beginning that are not judged."""
STRIDES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 4)
"""Some devices look less often."""
RATE, DECAY, DROP_INPUT, DROP = 4e-3, 0.1, 0.1, 0.25
WIDE_S = 0.5
"""How sharply an event is told of."""
MOST_WAITING = 11.0
"""More than so many are told as so many."""
BRIGHTER, LONGER, NEARER = 0.07, 0.1, 0.04
"""Chances are all a little too good or bad, and zones are drawn a little longer or elsewhere
(spreads of the logarithm, and of lengths and places)."""
LEAST_SPREAD, SPREAD = 0.05, -1.5
"""Least spread of a number, and where it begins, before the softplus."""
LENGTHS = 4
"""Of what is told the first is only there to learn by: who knows how many wait knows when one
steps up."""
UNITS, PARTY, HAPPENED = 0.4, 0.6, 1.5
"""What counts beside the number of people who wait."""


class Answer(NamedTuple):
    """What is told in B lanes of L looks.

    Attributes:
        number, spread: (B, L) people who wait, and the scale of a logistic distribution around it.
        units, units_spread: the same of queue units.
        party, events: as in ``edge_agent.measures.lane_network.Said``.
    """

    number: Tensor
    spread: Tensor
    units: Tensor
    units_spread: Tensor
    party: Tensor
    events: Tensor


class Network(nn.Module):
    """Tells of lanes, look by look.

    Args:
        inputs: numbers of a look.
        read, state, tell: numbers of what is read of it, of a state, and between state and what
            is told.
        seed: of chance, where it begins and in learning.
    """

    def __init__(
        self,
        inputs: int = INPUTS,
        read: int = READ,
        state: int = STATE,
        tell: int = TELL,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self._seed = seed
        torch.manual_seed(seed)
        self.look = nn.Linear(inputs + 1, read)
        self.memory = nn.GRU(read, state, batch_first=True)
        outputs = LENGTHS + 1 + MOST_SERVED + len(EVENTS)
        self.tell = nn.ModuleList([nn.Linear(state + read, tell), nn.Linear(tell, outputs)])
        self.drop_input, self.drop = nn.Dropout(DROP_INPUT), nn.Dropout(DROP)
        self.mean, self.spread = torch.zeros(inputs), torch.ones(inputs)

    def forward(self, looks: Tensor, number: Tensor, t_s: Tensor) -> Answer:
        """Tell of looks (B, L, I) in which the boxes alone told ``number`` (B, L)."""
        known = ((looks - self.mean) / self.spread).clamp(-FAR, FAR)
        apart = torch.diff(t_s, dim=1, prepend=t_s[:, :1] - USUAL_S).clamp(*APART_S)
        apart = torch.log2(apart / USUAL_S)[..., None]
        read = torch.relu(self.look(torch.cat([self.drop_input(known), apart], -1)))
        state, _ = self.memory(self.drop(read))
        told = torch.relu(self.tell[0](self.drop(torch.cat([state, read], -1))))
        told = self.tell[1](told)
        wide = nn.functional.softplus(told[..., 1:4:2] + SPREAD) + LEAST_SPREAD
        return Answer(
            torch.relu(number + told[..., 0]),
            wide[..., 0],
            torch.relu(number + told[..., 2]),
            wide[..., 1],
            *told[..., LENGTHS:].split([1 + MOST_SERVED, len(EVENTS)], dim=-1),
        )

    def learn(self, examples: Sequence[Example], steps: int) -> Network:
        """Learn from lanes; long ones and those with queues more often than others."""
        torch.set_num_threads(1)
        known = torch.from_numpy(np.concatenate([e.looks for e in examples]))
        self.mean, self.spread = known.mean(0), known.std(0) + 0.05
        weights = np.array([len(e.t_s) * (0.3 + e.truth[:, 0].mean()) for e in examples])
        optimizer = torch.optim.AdamW(self.parameters(), weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
        rng = np.random.default_rng(self._seed)
        for _ in range(steps):
            chosen = rng.choice(len(examples), BATCH, p=weights / weights.sum())
            parts = [_part(examples[k], rng) for k in chosen]
            loss = _loss(self, *(torch.stack(some) for some in zip(*parts, strict=True)))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        return self.eval()

    def content(self) -> dict[str, Any]:
        """Its layers, as a member of what ``LaneNetwork.of`` takes."""
        memory = self.memory
        layers = {
            "look": (self.look.weight, self.look.bias),
            "new": (memory.weight_ih_l0, memory.bias_ih_l0),
            "old": (memory.weight_hh_l0, memory.bias_hh_l0),
            "told.0": (self.tell[0].weight, self.tell[0].bias),
            "told.1": (self.tell[1].weight[LENGTHS:], self.tell[1].bias[LENGTHS:]),
        }
        return {
            name: {"weights": _rounded(weights.T), "offsets": _rounded(offsets)}
            for name, (weights, offsets) in layers.items()
        }


def together(networks: Sequence[Network]) -> dict[str, Any]:
    """What ``LaneNetwork.of`` takes, of networks that learned from the same examples."""
    first = networks[0]
    return {
        "mean": _rounded(first.mean),
        "spread": _rounded(first.spread),
        "members": [network.content() for network in networks],
    }


def _rounded(values: Tensor) -> Any:
    return values.detach().double().numpy().round(4).tolist()


def _part(example: Example, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Looks, number, times, truth, events and what is judged of a part of a lane, L of each."""
    stride, n = int(rng.choice(STRIDES)), len(example.t_s)
    start = int(rng.integers(0, max(n - LONG * stride, 0) + 1))
    rows = np.arange(start, start + LONG * stride, stride)
    judged = rows < n
    judged[: WARM // stride if start else 1] = False
    rows = np.minimum(rows, n - 1)
    looks, number = _otherwise(example.looks[rows], example.number[rows], rng)
    t_s, truth = example.t_s[rows], example.truth[rows]
    happened = np.stack([_told(example.events[name], t_s) for name in EVENTS], axis=1)
    parts = looks, number, t_s, truth, happened, judged.astype(np.float32)
    return tuple(torch.from_numpy(part) for part in parts)


def _told(events_s: Sequence[float], t_s: Floats) -> Floats:
    """(L,) how much an event should be told of at each moment, 0..1."""
    told = np.zeros(len(t_s), np.float32)
    for event_s in events_s:
        told = np.maximum(told, np.exp(-0.5 * ((t_s - event_s - PEAK_S) / WIDE_S) ** 2))
    return told.astype(np.float32)


def _otherwise(looks: Floats, number: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The same lane seen by a little better or worse detector, with zones drawn otherwise."""
    bright = float(np.exp(BRIGHTER * rng.normal()))
    longer, nearer = 1.0 + LONGER * rng.normal(), NEARER * rng.normal()
    at = np.linspace(FIRST, LAST, PLACES) * longer + nearer
    at = np.clip((at - FIRST) * ((PLACES - 1) / (LAST - FIRST)), 0.0, PLACES - 1.001)
    point, rows = at.astype(np.intp), np.arange(PLACES)
    moved = np.zeros((PLACES, PLACES), np.float32)
    moved[rows, point] = 1.0 - (at - point)
    moved[rows, point + 1] = at - point
    looks = looks.copy()
    profiles = looks[:, NUMBERS:].reshape(-1, KINDS, PLACES) @ moved
    looks[:, NUMBERS:] = bright * profiles.reshape(len(looks), -1)
    looks[:, SCALED] *= bright
    looks[:, SHIFTED] = longer * looks[:, SHIFTED] + nearer
    return looks, (bright * number).astype(np.float32)


def _loss(
    network: Network,
    looks: Tensor,
    number: Tensor,
    t_s: Tensor,
    truth: Tensor,
    happened: Tensor,
    judged: Tensor,
) -> Tensor:
    told = network(looks, number, t_s)
    party = truth[..., 1].clamp(max=MOST_SERVED).long()
    odds = torch.movedim(told.party, -1, 1)
    losses = (
        _surprise(told.number, told.spread, truth[..., 0])
        + UNITS * _surprise(told.units, told.units_spread, truth[..., 2])
        + PARTY * nn.functional.cross_entropy(odds, party, reduction="none")
        + HAPPENED
        * nn.functional.binary_cross_entropy_with_logits(
            told.events, happened, reduction="none"
        ).sum(-1)
    )
    return (losses * judged).sum() / judged.sum()


def _surprise(number: Tensor, spread: Tensor, truth: Tensor) -> Tensor:
    """Minus the logarithm of the chance of the true number, of a rounded logistic distribution.

    As in Salimans et al., arXiv:1701.05517, with one component.
    """
    upper = torch.sigmoid((truth + 0.5 - number) / spread)
    lower = torch.sigmoid((truth - 0.5 - number) / spread)
    upper = torch.where(truth >= MOST_WAITING, torch.ones_like(upper), upper)
    lower = torch.where(truth < 0.5, torch.zeros_like(lower), lower)
    return -torch.log((upper - lower).clamp_min(1e-5))
