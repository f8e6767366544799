"""How the network of ``edge_agent.perception.looking_round`` learns; needs the extra [export]."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.credence.examples import Example
from edge_agent.perception.credence import OF_ONE, OF_TWO
from edge_agent.perception.looking_round import MANY

Floats = NDArray[np.float64]

WIDE, LOOKS = 24, 3
"""Numbers in a state, and looks."""
BATCH = 16
"""Pictures a step."""
RATE, DECAY = 6e-3, 1e-3
SUMS = 0.03
"""So much counts, beside how well each detection is told, how well their number is in parts of
the picture: what errs together is worse than what errs alone."""
PARTS = 4
PART = 0.05, 0.5
"""Parts looked at in each picture, and half of their sides, as fractions of the picture."""


class Network(nn.Module):
    """Tells the log-odds of detections.

    Args:
        of_one: how much of what is known of a detection is used, from the front.
        looks: how often they look at each other.
        wide: numbers in a state.
    """

    def __init__(self, of_one: int = OF_ONE, looks: int = LOOKS, wide: int = WIDE) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.of_one, self.looks = of_one, looks
        sizes = {"state.0": (of_one, wide), "state.1": (wide, wide)}
        for look in range(looks):
            sizes |= {f"{look}.own": (wide, wide), f"{look}.other": (wide, wide)}
            sizes |= {f"{look}.pair": (OF_TWO, wide), f"{look}.told": (wide, wide)}
            sizes |= {f"{look}.change.0": (3 * wide, wide), f"{look}.change.1": (wide, wide)}
        sizes |= {"odds.0": (wide, wide), "odds.1": (wide, 1)}
        self._names = list(sizes)
        self._layers = nn.ModuleList(nn.Linear(*size) for size in sizes.values())
        self._mean, self._spread = torch.zeros(of_one), torch.ones(of_one)

    def forward(self, each: Tensor, pairs: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """(N,) as :meth:`edge_agent.perception.looking_round.Network.odds`."""
        layers = dict(zip(self._names, self._layers, strict=True))

        def two(name: str, values: Tensor) -> Tensor:
            return layers[f"{name}.1"](torch.relu(layers[f"{name}.0"](values)))

        state = two("state", (each[:, : self.of_one] - self._mean) / self._spread)
        for look in range(self.looks):
            own, other, pair, told = (
                layers[f"{look}.{name}"] for name in ("own", "other", "pair", "told")
            )
            seen = torch.relu(state)
            values = torch.relu(pair(pairs) + own(seen)[first] + other(seen)[second])
            values = torch.relu(told(values))
            nothing = torch.zeros_like(seen)
            most = nothing.scatter_reduce(0, first[:, None].expand_as(values), values, "amax")
            many = MANY * nothing.index_add(0, first, values)
            state = state + two(f"{look}.change", torch.cat([seen, most, many], 1))
        return two("odds", torch.relu(state))[:, 0]

    def learn(self, examples: Sequence[Example], steps: int) -> Network:
        """Learn from pictures."""
        torch.set_num_threads(1)
        known = torch.from_numpy(np.concatenate([e.found.each for e in examples]))
        known = known[:, : self.of_one]
        self._mean, self._spread = known.mean(0), known.std(0) + 1e-6
        optimizer = torch.optim.AdamW(self.parameters(), weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
        rng = np.random.default_rng(0)
        for _ in range(steps):
            chosen = [examples[k] for k in rng.integers(0, len(examples), BATCH)]
            loss = _loss(self(*_together(chosen)), chosen, rng)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        return self

    def chances(self, examples: Sequence[Example]) -> list[Floats]:
        """Chance of every detection of every picture."""
        with torch.no_grad():
            return [
                torch.sigmoid(self(*_together([example]))).double().numpy() for example in examples
            ]

    def write(self, path: Path, family: str) -> None:
        """Write it as JSON; ``family`` is that of the detector it knows."""
        layers = {}
        for name, layer in zip(self._names, self._layers, strict=True):
            weights, offsets = (part.detach().double() for part in (layer.weight.T, layer.bias))
            if name == "state.0":
                # The scale of what is known goes into the first layer.
                weights = weights / self._spread[:, None]
                offsets = offsets - self._mean.double() @ weights
            layers[name] = {
                "weights": weights.numpy().round(4).tolist(),
                "offsets": offsets.numpy().round(4).tolist(),
            }
        path.write_text(json.dumps({"family": family, "layers": layers}) + "\n", encoding="utf-8")


def loss(chances: Sequence[Floats], examples: Sequence[Example]) -> float:
    """Mean logistic loss."""
    chance, real = np.concatenate(chances), np.concatenate([e.real for e in examples])
    chance = chance.clip(1e-6, 1.0 - 1e-6)
    return float(-np.mean(real * np.log(chance) + (1.0 - real) * np.log(1.0 - chance)))


def miscount(chances: Sequence[Floats], examples: Sequence[Example]) -> float:
    """Mean error of the number of people in parts of the pictures."""
    rng = np.random.default_rng(0)
    errors = [
        _parts(example, rng) @ (chance - example.real)
        for chance, example in zip(chances, examples, strict=True)
    ]
    return float(np.abs(np.concatenate(errors)).mean())


def _together(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Put pictures into one, where nobody sees those of another picture."""
    starts = np.cumsum([0, *(len(e.real) for e in examples[:-1])])
    found = [e.found for e in examples]
    rows = (
        np.concatenate([start + getattr(f, name) for start, f in zip(starts, found, strict=True)])
        for name in ("first", "second")
    )
    known = (np.concatenate([getattr(f, name) for f in found]) for name in ("each", "pairs"))
    each, pairs, first, second = (torch.from_numpy(part) for part in (*known, *rows))
    return each, pairs.float(), first.long(), second.long()


def _loss(odds: Tensor, examples: Sequence[Example], rng: np.random.Generator) -> Tensor:
    real = torch.from_numpy(np.concatenate([e.real for e in examples])).float()
    single = nn.functional.binary_cross_entropy_with_logits(odds, real)
    parts = torch.block_diag(*(torch.from_numpy(_parts(e, rng)).float() for e in examples))
    error = parts @ (torch.sigmoid(odds) - real)
    return single + SUMS * (error**2 / (1.0 + parts @ real)).mean()


def _parts(example: Example, rng: np.random.Generator) -> Floats:
    """(PARTS, N) 1.0 for what begins in each of some parts of a picture, around some of it."""
    centres = example.heads[rng.integers(0, len(example.heads), PARTS)]
    sides = rng.uniform(*PART, (PARTS, 1, 2))
    inside = np.abs(example.heads - centres[:, None]) < sides
    return inside.all(axis=2).astype(np.float64)
