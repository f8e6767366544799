"""Restock alerts beside the truth of the shelves: ``python -m benchmarks.gateway.restock``.

Reads of simulated shelves go through the agent's filter, what it says through the gateway's replay,
and the alerts are compared with those that the same rule would raise on what truly lay there.
Staff fill a shelf a few minutes after it ran low; shoppers shade, pick, put back and walk by.
"""

from __future__ import annotations

import argparse
import json
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.shelves.scoring import config_of, reads_of
from benchmarks.shelves.settings import SETTINGS
from edge_agent.config import Facing
from edge_agent.shelves import Shelves
from edge_agent.shelves.gtin import gtin_of
from gateway.config import GatewayConfig
from gateway.replay import Replay, read
from messages.envelope import Envelope
from messages.payloads import StockData, StockItem
from messages.topics import Topics
from simulators.shelf.physics import ShelfPhysics
from simulators.shelf.shoppers import Day, Traffic

START_S = 1_769_832_000.0
TOPICS = Topics("bench")
NEAR_S = 60.0
"""An alert belongs to a shortage that lies within so long of it."""
SHORT_S = 20.0
"""A shortage that is over sooner asks nothing of anybody, told or not."""
LATEST_S = 10.0


@dataclass(frozen=True, slots=True)
class Episode:
    """A shortage of one product: from when to when."""

    subject: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """One run.

    Attributes:
        raised: alerts raised.
        right: of these, with a true shortage.
        short: true shortages of some length.
        found: of these, with an alert.
        latest_s: longest time from when the shelf said so to the alert.
        flaps: alerts beyond the first about one shortage; the most in any hour of a product.
    """

    raised: int
    right: int
    short: int
    found: int
    latest_s: float
    flaps: int


class Filled(Day):
    """A run in which staff bring back what was taken, some minutes after a shelf ran low."""

    def __init__(
        self, physics: ShelfPhysics, traffic: Traffic, seed: int, length_s: float, minimum: int
    ) -> None:
        super().__init__(physics, traffic, seed, length_s)
        self._minimum = minimum
        self._hands = np.random.default_rng([seed, 2])
        self._coming: set[int] = set()
        for t_s in np.arange(10.0, length_s, 10.0):
            self._at(float(t_s), self._look)

    def _look(self, t_s: float) -> None:
        for shelf in range(self._physics.shelves):
            lying = int((self.field.shelf == shelf).sum())
            if lying <= self._minimum and shelf not in self._coming:
                self._coming.add(shelf)
                later = t_s + float(self._hands.uniform(60.0, 240.0))
                self._at(later, lambda now, shelf=shelf: self._fill(now, shelf))

    def _fill(self, t_s: float, shelf: int) -> None:
        self._coming.discard(shelf)
        first = shelf * self._physics.tags
        for row in range(first, first + self._physics.tags):
            epc = self.field.epcs[row]
            # What somebody still carries about comes back by itself.
            if self.field.shelf[row] < 0 and not self._returns(epc, t_s):
                self._put(t_s, epc, shelf, None)

    def _returns(self, epc: str, t_s: float) -> bool:
        picked = [t for t, kind, e, _ in self.truth.actions if e == epc and kind == "pick"]
        return bool(picked) and t_s - picked[-1] < self._traffic.away_s[1] + 5.0


def run(name: str, seed: int, length_s: float) -> Result:
    """Run one setting."""
    physics, traffic = SETTINGS[name]
    physics = replace_tags(physics)
    # Shoppers enough for every shelf to run low every ten minutes or so.
    minimum = physics.tags // 2
    traffic = Traffic(**{**fields_of(traffic), "picks": int(length_s / 11.0), "put_backs": 0.3})
    day = Filled(physics, traffic, seed, length_s, minimum)
    reads = reads_of(physics, day)
    readers, plain = config_of(physics)
    gtins = [str(gtin_of(day.field.epcs[s * physics.tags])) for s in range(physics.shelves)]
    shelves = [
        shelf.model_copy(
            update={"facings": (Facing(gtin=gtin, capacity=physics.tags, min=minimum),)}
        )
        for shelf, gtin in zip(plain, gtins, strict=True)
    ]
    agent = Shelves(readers, shelves)
    said = list(_said(agent, reads, length_s))
    truth = list(_true(day, physics, gtins, minimum, length_s))
    return _compare(said, truth, gateway(physics), length_s)


def replace_tags(physics: ShelfPhysics) -> ShelfPhysics:
    """Give the same physics with shelves that a few picks empty by half."""
    values = {name: getattr(physics, name) for name in physics.__slots__}
    return ShelfPhysics(**{**values, "tags": min(physics.tags, 16)})


def fields_of(traffic: Traffic) -> dict[str, Any]:
    """Give the fields of traffic."""
    return {name: getattr(traffic, name) for name in traffic.__slots__}


def gateway(physics: ShelfPhysics) -> GatewayConfig:
    """Give a gateway that knows these shelves and has only the restock rule, as it comes."""
    off = ("open_lane", "runs_out", "size_gap", "misplaced", "sweep", "health", "complaint")
    shelves = [
        {"id": f"S{s + 1}", "name": {"zh": f"货架{s + 1}", "en": f"Shelf {s + 1}"}}
        for s in range(physics.shelves)
    ]
    rules: dict[str, Any] = dict.fromkeys(off)
    # Each shortage is an alert of its own, so that each can be counted.
    alerts = {"reopen_within_s": 0.0}
    return GatewayConfig.model_validate(
        {"store": "bench", "shelves": shelves, "rules": rules, "alerts": alerts}
    )


def _said(agent: Shelves, reads: list[Any], length_s: float) -> Iterator[dict[str, Any]]:
    """What the agent says, twice a second, as a recording."""
    start = 0
    for tick in range(1, int(length_s * 5)):
        now_s, end = tick * 0.2, start
        while end < len(reads) and reads[end].t_s < now_s:
            end += 1
        agent.feed(reads[start:end])
        start = end
        readings = agent.advance(now_s)
        if tick % 5 == 0:
            for stock in readings.stock.values():
                yield _message(stock, now_s)


def _true(
    day: Day, physics: ShelfPhysics, gtins: list[str], minimum: int, length_s: float
) -> Iterator[dict[str, Any]]:
    """What truly lay there, once a second."""
    changes: list[tuple[float, int, int]] = []
    for t_s, kind, epc, shelf in day.truth.actions:
        home = gtins.index(str(gtin_of(epc)))
        if home == shelf:  # a product on a foreign shelf fills nothing
            changes.append((t_s, shelf, -1 if kind == "pick" else 1))
    changes.sort()
    counts, place = [physics.tags] * physics.shelves, 0
    for second in range(1, int(length_s)):
        while place < len(changes) and changes[place][0] <= second:
            counts[changes[place][1]] += changes[place][2]
            place += 1
        for shelf, gtin in enumerate(gtins):
            item = StockItem(count=counts[shelf], capacity=physics.tags, min=minimum, confidence=1)
            data = StockData(shelf=f"S{shelf + 1}", items={gtin: item}, confidence=1)
            yield _message(data, float(second))


def _message(data: StockData, t_s: float) -> dict[str, Any]:
    moment = datetime.fromtimestamp(START_S + t_s, UTC)
    envelope = Envelope(
        id=f"{data.shelf}-{t_s}",
        type=data.type,
        source="d1",
        time=moment,
        boot="b",
        data=data.model_dump(mode="json", exclude_none=True),
    )
    return {
        "tst": moment.isoformat(),
        "topic": TOPICS.stock("d1", data.shelf),
        "payload": json.loads(envelope.encode()),
    }


def _episodes(
    recording: Iterable[dict[str, Any]], config: GatewayConfig, end_s: float
) -> list[Episode]:
    open_since: dict[str, float] = {}
    found = []
    for decision in Replay(config).run(read(json.dumps(one) for one in recording)):
        if "alert" not in decision:
            continue
        subject, t_s = decision["alert"]["subject"], decision["t_s"] - START_S
        if decision["what"] in {"raised", "reopened"}:
            open_since[subject] = t_s
        elif decision["what"] == "resolved":
            found.append(Episode(subject, open_since.pop(subject), t_s))
    return found + [Episode(subject, t_s, end_s) for subject, t_s in open_since.items()]


def _compare(
    said: list[dict[str, Any]],
    truth: list[dict[str, Any]],
    config: GatewayConfig,
    length_s: float,
) -> Result:
    alerts = _episodes(said, config, length_s)
    shortages = _episodes(truth, config, length_s)
    right = sum(any(_meet(alert, one) for one in shortages) for alert in alerts)
    # At the very end the shelf may not have had the time to know.
    counted = [
        one for one in shortages if one.to_s - one.from_s >= SHORT_S and one.from_s < length_s - 60
    ]
    found = sum(any(_meet(alert, one) for alert in alerts) for one in counted)
    return Result(
        len(alerts),
        right,
        len(counted),
        found,
        _latest(said, alerts),
        max((_flaps(alerts, shortages, one.subject) for one in alerts), default=0),
    )


def _meet(alert: Episode, shortage: Episode) -> bool:
    return (
        alert.subject == shortage.subject
        and shortage.from_s - 5.0 <= alert.from_s <= shortage.to_s + NEAR_S
    )


def _latest(said: list[dict[str, Any]], alerts: list[Episode]) -> float:
    """Longest time from when the shelf said that it is short to the alert."""
    known: dict[str, list[tuple[float, bool]]] = {}
    for message in said:
        t_s = datetime.fromisoformat(message["tst"]).timestamp() - START_S
        data = message["payload"]["data"]
        for gtin, item in data["items"].items():
            count, minimum = item.get("count"), item.get("min")
            if count is not None and minimum:
                row = known.setdefault(f"shelf:{data['shelf']}/{gtin}", [])
                row.append((t_s, count <= minimum))
    latest = 0.0
    for alert in alerts:
        row = known[alert.subject]
        place = bisect_right(row, (alert.from_s, True)) - 1
        while place > 0 and row[place - 1][1]:
            place -= 1
        latest = max(latest, alert.from_s - row[place][0])
    return latest


def _flaps(alerts: list[Episode], shortages: list[Episode], subject: str) -> int:
    """Most alerts of a subject in any hour that say again what an earlier one said."""
    begins = sorted(one.from_s - 5.0 for one in shortages if one.subject == subject)
    told: set[int] = set()
    again: list[float] = []
    for at_s in sorted(alert.from_s for alert in alerts if alert.subject == subject):
        about = bisect_right(begins, at_s)
        if about in told:
            again.append(at_s)
        told.add(about)
    return max((bisect_right(again, t + 3600.0) - k for k, t in enumerate(again)), default=0)


def main() -> int:
    """Print a line for each run; give 1 when a target is missed over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--only", nargs="+", choices=[*SETTINGS], default=["usual"])
    chosen = parser.parse_args()
    results = []
    for name in chosen.only:
        for seed in chosen.seeds:
            results.append(run(name, seed, chosen.seconds))
            print(f"{name:26s} seed {seed}: {results[-1]}", flush=True)
    raised, short = sum(r.raised for r in results), sum(r.short for r in results)
    precision = sum(r.right for r in results) / max(1, raised)
    recall = sum(r.found for r in results) / max(1, short)
    latest = max(r.latest_s for r in results)
    flaps = max(r.flaps for r in results)
    print(
        f"precision {precision:.3f} of {raised}, recall {recall:.3f} of {short}, "
        f"latest {latest:.1f} s after the shelf knew, most flaps in an hour {flaps}"
    )
    reached = precision >= 0.95 and recall >= 0.98 and latest <= LATEST_S and flaps <= 1
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
