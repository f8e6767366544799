"""How the network of ``edge_agent.measures.lane_network`` learns; needs the extra [export]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.lanes.examples import Example
from edge_agent.measures.lane_look import (
    AT_TILL,
    FIRST,
    IN_QUEUE,
    KINDS,
    LAST,
    MEANS,
    NUMBERS,
    PLACES,
    SCALED,
    SHIFTED,
)
from edge_agent.measures.lane_network import (
    APART_S,
    EVENTS,
    FAR,
    LEAST_SPREAD,
    SPREAD,
    TOLD,
    USUAL_S,
)
from edge_agent.measures.lane_reader import PEAK_S

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

INPUTS = NUMBERS + KINDS * PLACES
READ, STATE, TELL = 64, 48, 48
WARM = 60
"""So many looks at the beginning of a part are not judged."""
STRIDES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 4)
"""Some devices look less often."""
RATE = 4e-3
STEADY, STEADY_FROM = 0.98, 10
"""What is used is the running mean of the weights, after so many steps of so much (Polyak and
Juditsky, doi 10.1137/0330046)."""
WIDE_S = 0.5
"""How sharply an event is told of."""
MOST_BESIDE = 1.5
"""More than so many who stand beside whoever is served are told as so many."""
BRIGHTER, LONGER, NEARER = 0.07, 0.1, 0.04
"""Chances are all a little too good or bad, and zones are drawn a little longer or elsewhere
(spreads of the logarithm, and of lengths and places)."""
UNITS, PARTY, BUSY, HAPPENED = 0.4, 0.6, 0.6, 1.5
"""What counts beside the number of people who wait."""
HOLES = 5
"""There are fewer holes in a part."""
HOLE_AT, HOLE_WIDE, HOLE_S = (-0.4, 1.3), (0.06, 0.3), (1.5, 60.0)
"""Where a hole is along the lane, how wide, and how long it lasts."""
HOLE_SHARE, HOLE_SLIGHT, SLIGHT = (0.0, 1.35), (0.5, 1.1), 0.3
"""What is left of the chances of who stands there; and in so many of the holes."""
EDGE_S = 0.4
"""A hole comes and goes so quickly."""
LEAST_SUM = 0.05
"""Less in a queue is nothing of which a share could be told."""


@dataclass(frozen=True, slots=True)
class School:
    """How a network learns.

    Attributes:
        steps: how often it is corrected.
        batch, long: lanes a step, and looks of each.
        drop_input, drop: shares that are left out of a look, and of what is read of it.
        decay: of the weights.
        holed: share of the parts in which there are holes.
        most_waiting: more than so many who wait are told as so many.
    """

    steps: int
    batch: int = 20
    long: int = 400
    drop_input: float = 0.1
    drop: float = 0.3
    decay: float = 0.2
    holed: float = 0.5
    most_waiting: float = 11.0


class Network(nn.Module):
    """Tells of lanes, look by look.

    Args:
        school: how it learns.
        inputs: numbers of a look.
        read, state, tell: numbers of what is read of it, of a state, and between state and what
            is told.
        seed: of chance, where it begins and in learning.
    """

    def __init__(
        self,
        school: School,
        inputs: int = INPUTS,
        read: int = READ,
        state: int = STATE,
        tell: int = TELL,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self._seed, self._school = seed, school
        torch.manual_seed(seed)
        self.look = nn.Linear(inputs + 1, read)
        self.memory = nn.GRU(read, state, batch_first=True)
        self.tell = nn.ModuleList([nn.Linear(state + read, tell), nn.Linear(tell, TOLD)])
        self.drop_input, self.drop = nn.Dropout(school.drop_input), nn.Dropout(school.drop)
        self.mean, self.spread = torch.zeros(inputs), torch.ones(inputs)

    def forward(self, looks: Tensor, t_s: Tensor) -> Tensor:
        """Tell of looks (B, L, I) at ``t_s`` (B, L): (B, L, TOLD)."""
        known = ((looks - self.mean) / self.spread).clamp(-FAR, FAR)
        apart = torch.diff(t_s, dim=1, prepend=t_s[:, :1] - USUAL_S).clamp(*APART_S)
        apart = torch.log2(apart / USUAL_S)[..., None]
        read = torch.relu(self.look(torch.cat([self.drop_input(known), apart], -1)))
        state, _ = self.memory(self.drop(read))
        told = torch.relu(self.tell[0](self.drop(torch.cat([state, read], -1))))
        return cast(Tensor, self.tell[1](told))

    def learn(self, examples: Sequence[Example]) -> Network:
        """Learn from lanes; one that is four times as long as another is seen twice as often."""
        torch.set_num_threads(1)
        school, steps = self._school, self._school.steps
        known = torch.from_numpy(np.concatenate([e.looks for e in examples]))
        self.mean, self.spread = known.mean(0), known.std(0) + 0.05
        weights = np.sqrt([len(e.t_s) for e in examples])
        optimizer = torch.optim.AdamW(self.parameters(), weight_decay=school.decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
        rng = np.random.default_rng(self._seed)
        steady = [weight.detach().clone() for weight in self.parameters()]
        for step in range(1, steps + 1):
            chosen = rng.choice(len(examples), school.batch, p=weights / weights.sum())
            parts = [_part(examples[k], school, rng) for k in chosen]
            columns = (torch.stack(some) for some in zip(*parts, strict=True))
            loss = _loss(self, school.most_waiting, *columns)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            share = 1.0 - min(STEADY, step / (step + STEADY_FROM - 1))
            for mean, weight in zip(steady, self.parameters(), strict=True):
                mean.lerp_(weight.detach(), share)
        for mean, weight in zip(steady, self.parameters(), strict=True):
            weight.data.copy_(mean)
        return self.eval()

    def content(self) -> dict[str, Any]:
        """Its layers, as a member of what ``LaneNetwork.of`` takes."""
        memory = self.memory
        layers = {
            "look": (self.look.weight, self.look.bias),
            "new": (memory.weight_ih_l0, memory.bias_ih_l0),
            "old": (memory.weight_hh_l0, memory.bias_hh_l0),
            "told.0": (self.tell[0].weight, self.tell[0].bias),
            "told.1": (self.tell[1].weight, self.tell[1].bias),
        }
        return {
            name: {"weights": _rounded(weights.T), "offsets": _rounded(offsets)}
            for name, (weights, offsets) in layers.items()
        }


def together(networks: Sequence[Network], trusted: float = 1.0) -> dict[str, Any]:
    """What ``LaneNetwork.of`` takes, of networks that learned from the same examples."""
    first = networks[0]
    return {
        "mean": _rounded(first.mean),
        "spread": _rounded(first.spread),
        "trusted": trusted,
        "members": [network.content() for network in networks],
    }


def _rounded(values: Tensor) -> Any:
    return values.detach().double().numpy().round(4).tolist()


def _part(example: Example, school: School, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Looks, boxes, times, truth, events and what is judged of a part of a lane, L of each."""
    stride, n = int(rng.choice(STRIDES)), len(example.t_s)
    start = int(rng.integers(0, max(n - school.long * stride, 0) + 1))
    rows = np.arange(start, start + school.long * stride, stride)
    judged = rows < n
    judged[: WARM // stride if start else 1] = False
    rows = np.minimum(rows, n - 1)
    t_s, truth = example.t_s[rows], example.truth[rows]
    looks, boxes = example.looks[rows].astype(np.float64), example.boxes[rows].astype(np.float64)
    if rng.random() < school.holed:
        for _ in range(int(rng.integers(1, HOLES))):
            _hide(looks, boxes, t_s, rng)
    _otherwise(looks, boxes, rng)
    happened = np.stack([_told(example.events[name], t_s) for name in EVENTS], axis=1)
    parts = looks, boxes, t_s, truth, happened, judged
    return tuple(torch.from_numpy(part.astype(np.float32)) for part in parts)


def _told(events_s: Sequence[float], t_s: Floats) -> Floats:
    """(L,) how much an event should be told of at each moment, 0..1."""
    told = np.zeros(len(t_s), np.float32)
    for event_s in events_s:
        told = np.maximum(told, np.exp(-0.5 * ((t_s - event_s - PEAK_S) / WIDE_S) ** 2))
    return told.astype(np.float32)


def _hide(looks: Doubles, boxes: Doubles, t_s: Floats, rng: np.random.Generator) -> None:
    """Let who stands somewhere for some time be worth less, or more, as behind a post."""
    middle, width = rng.uniform(*HOLE_AT), rng.uniform(*HOLE_WIDE)
    share = rng.uniform(*(HOLE_SLIGHT if rng.random() < SLIGHT else HOLE_SHARE))
    begin_s = t_s[0] + rng.random() * (t_s[-1] - t_s[0])
    end_s = begin_s + math.exp(rng.uniform(*np.log(HOLE_S)))
    there = _rises(t_s - begin_s) * _rises(end_s - t_s)
    near = np.exp(-0.5 * ((np.linspace(FIRST, LAST, PLACES) - middle) / width) ** 2)
    profiles = looks[:, NUMBERS:].reshape(-1, KINDS, PLACES)
    before = profiles[:, :2].sum(axis=2) + LEAST_SUM
    profiles = profiles * (1.0 + (share - 1.0) * there[:, None, None] * near)
    looks[:, NUMBERS:] = profiles.reshape(len(looks), -1)
    queue, till = ((profiles[:, :2].sum(axis=2) + LEAST_SUM) / before).T
    looks[:, IN_QUEUE] *= queue
    looks[:, AT_TILL] *= till
    boxes *= np.stack([_mean(queue), _mean(till)], axis=1)
    looks[:, MEANS] *= _mean(queue)[:, None]


def _rises(since_s: Floats) -> Doubles:
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(-since_s / EDGE_S, -FAR, FAR))), np.float64)


def _mean(shares: Doubles) -> Doubles:
    """The mean of each and the five before it, as the numbers told are means of a second or two."""
    return np.convolve(np.concatenate([np.full(5, shares[0]), shares]), np.full(6, 1 / 6), "valid")


def _otherwise(looks: Doubles, boxes: Doubles, rng: np.random.Generator) -> None:
    """Let the lane be seen by a little better or worse detector, with zones drawn otherwise."""
    bright = float(np.exp(BRIGHTER * rng.normal()))
    longer, nearer = 1.0 + LONGER * rng.normal(), NEARER * rng.normal()
    at = np.linspace(FIRST, LAST, PLACES) * longer + nearer
    at = np.clip((at - FIRST) * ((PLACES - 1) / (LAST - FIRST)), 0.0, PLACES - 1.001)
    point, rows = at.astype(np.intp), np.arange(PLACES)
    moved = np.zeros((PLACES, PLACES))
    moved[rows, point] = 1.0 - (at - point)
    moved[rows, point + 1] = at - point
    profiles = looks[:, NUMBERS:].reshape(-1, KINDS, PLACES) @ moved
    looks[:, NUMBERS:] = bright * profiles.reshape(len(looks), -1)
    looks[:, SCALED] *= bright
    looks[:, SHIFTED] = longer * looks[:, SHIFTED] + nearer
    boxes *= bright


def _loss(
    network: Network,
    most_waiting: float,
    looks: Tensor,
    boxes: Tensor,
    t_s: Tensor,
    truth: Tensor,
    happened: Tensor,
    judged: Tensor,
) -> Tensor:
    told = network(looks, t_s)
    waiting, party, units = truth.unbind(-1)
    busy = (party > 0.0).float()
    known = torch.stack([boxes[..., 0], boxes[..., 0], boxes[..., 1] - 1.0], -1)
    numbers = torch.relu(known + told[..., 0:6:2])
    wide = nn.functional.softplus(told[..., 1:6:2] + SPREAD) + LEAST_SPREAD
    lengths = [
        _surprise(numbers[..., k], wide[..., k], true, most)
        for k, true, most in (
            (0, waiting, most_waiting), (1, units, most_waiting), (2, party - 1.0, MOST_BESIDE)
        )
    ]  # fmt: skip
    tells = nn.functional.binary_cross_entropy_with_logits
    losses = (
        lengths[0]
        + UNITS * lengths[1]
        + BUSY * tells(told[..., 6], busy, reduction="none")
        + HAPPENED * tells(told[..., 7:], happened, reduction="none").sum(-1)
    )
    served = judged * busy
    beside = (lengths[2] * served).sum() / served.sum().clamp_min(1.0)
    return (losses * judged).sum() / judged.sum() + PARTY * beside


def _surprise(number: Tensor, spread: Tensor, truth: Tensor, most: float) -> Tensor:
    """Minus the logarithm of the chance of the true number, of a rounded logistic distribution.

    ``most`` and more are all the same.

    As in Salimans et al., arXiv:1701.05517, with one component.
    """
    upper = torch.sigmoid((truth + 0.5 - number) / spread)
    lower = torch.sigmoid((truth - 0.5 - number) / spread)
    upper = torch.where(truth >= most, torch.ones_like(upper), upper)
    lower = torch.where(truth < 0.5, torch.zeros_like(lower), lower)
    return -torch.log((upper - lower).clamp_min(1e-5))
