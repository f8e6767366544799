"""Compare what the shelves said with what was true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves import Shelves
from edge_agent.shelves.gtin import gtin_of
from hardware.interfaces import TagRead
from messages.events import ItemEvent
from simulators.shelf.physics import ShelfPhysics
from simulators.shelf.shoppers import Day, Traffic, Truth

Said = list[tuple[float, str, str, str, float]]
"""(t_s, event, EPC, shelf, confidence)."""
LATEST_S = 60.0
TOLD = frozenset({"picked", "placed", "returned", "moved"})
"""Events about where items are; what follows from them is not scored."""


@dataclass(frozen=True, slots=True)
class Score:
    """One run. Delays in seconds; NaN where there was nothing to measure."""

    picks: int
    recall: float
    false_picks: int
    delay_p50_s: float
    delay_p95_s: float
    put_backs: int
    put_back_recall: float
    put_back_p50_s: float
    ghost_moves: int
    false_placed: int
    stock_errors: int
    wrong: tuple[str, ...] = ()


def config_of(physics: ShelfPhysics) -> tuple[list[ReaderSettings], list[ShelfSettings]]:
    """Give the settings of an installer who knows the antennas and nothing of the physics."""
    each = -(-physics.shelves // physics.readers)
    readers = [
        ReaderSettings(
            id=f"r{r}",
            source="llrp://127.0.0.1",
            antennas={
                a + 1: f"S{a + 1}" for a in range(r * each, min((r + 1) * each, physics.shelves))
            },
        )
        for r in range(physics.readers)
    ]
    return readers, [ShelfSettings(id=f"S{s + 1}") for s in range(physics.shelves)]


def reads_of(physics: ShelfPhysics, day: Day) -> list[TagRead]:
    """All reads of a run."""
    each = -(-physics.shelves // physics.readers)
    return [
        TagRead(t_s, f"r{(antenna - 1) // each}", antenna, epc, rssi, count)
        for antenna, epc, rssi, count, t_s in day.sightings()
    ]


def listen(
    shelves: Shelves, reads: list[TagRead], step_s: float = 0.2
) -> tuple[Said, list[Counter[str]]]:
    """Replay reads as they would have come; give the events and the final stock by GTIN."""
    said: Said = []
    start, end = 0, 0
    now_s = reads[0].t_s
    while start < len(reads):
        now_s += step_s
        while end < len(reads) and reads[end].t_s < now_s:
            end += 1
        shelves.feed(reads[start:end])
        start = end
        said += [
            (now_s, e.type, e.epc, e.shelf, e.confidence)
            for e in shelves.advance(now_s).events
            if isinstance(e, ItemEvent) and e.type in TOLD
        ]
    stock = shelves.advance(now_s).stock
    return said, [
        Counter({g: i.count or 0 for g, i in data.items.items() if i.count})
        for data in stock.values()
    ]


def score(
    truth: Truth, said: Said, stock: list[Counter[str]], gtins: dict[str, str | None]
) -> Score:
    """Match each pick and put-back with the first event about that tag after it."""
    used: set[int] = set()
    delays = {"pick": [], "put": []}  # type: dict[str, list[float]]
    missed: list[str] = []
    for i, (t_s, kind, epc, _) in enumerate(truth.actions):
        names = {"picked"} if kind == "pick" else {"placed", "returned"}
        later = [a[0] for a in truth.actions[i + 1 :] if a[2] == epc]
        until = min([t_s + LATEST_S, *later])
        found = next(
            (
                j
                for j, s in enumerate(said)
                if j not in used and s[1] in names and s[2] == epc and t_s - 0.5 <= s[0] <= until
            ),
            None,
        )
        if found is None:
            missed.append(f"missed {kind} {epc[-6:]} at {t_s:.1f}")
            continue
        used.add(found)
        delays[kind].append(said[found][0] - t_s)
    false = [s for j, s in enumerate(said) if j not in used]
    wanted = [Counter(gtins[e] for e in shelf) for shelf in truth.stock]
    errors = sum(sum(((w - s) + (s - w)).values()) for w, s in zip(wanted, stock, strict=True))
    picks = sum(a[1] == "pick" for a in truth.actions)
    puts = len(truth.actions) - picks
    return Score(
        picks,
        len(delays["pick"]) / max(picks, 1),
        sum(s[1] == "picked" for s in false),
        _quantile(delays["pick"], 50),
        _quantile(delays["pick"], 95),
        puts,
        len(delays["put"]) / puts if puts else 1.0,
        _quantile(delays["put"], 50),
        sum(s[1] == "moved" for s in false),
        sum(s[1] in {"placed", "returned"} for s in false),
        errors,
        tuple(missed + [f"false {s[1]} {s[2][-6:]} at {s[0]:.1f}" for s in false]),
    )


def run(physics: ShelfPhysics, traffic: Traffic, seed: int, length_s: float = 900.0) -> Score:
    """Simulate one run and score the shelves on it."""
    day = Day(physics, traffic, seed, length_s)
    reads = reads_of(physics, day)
    shelves = Shelves(*config_of(physics))
    said, stock = listen(shelves, reads)
    gtins = {epc: gtin_of(epc) for epc in day.field.epcs}
    return score(day.truth, said, stock, gtins)


def _quantile(values: list[float], q: float) -> float:
    return float(np.percentile(values, q)) if values else float("nan")
