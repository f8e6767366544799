"""Reads to stock with many tags on one core: ``python -m benchmarks.shelves.throughput``.

The peer is a plain-Python window on the same reads in the same run. Events are not compared here.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.shelves.window import WindowFilter
from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves import Shelves
from hardware.interfaces import TagRead
from simulators.shelf.field import epc_of

TAGS, ANTENNAS, SECONDS, STEP_S = 5000, 16, 30, 0.2


def reads() -> list[list[TagRead]]:
    """Reads of 5,000 tags that lie still, a list for each step."""
    rng = np.random.default_rng(1)
    epcs = [epc_of(i % 50, i) for i in range(TAGS)]
    rate = rng.uniform(0.15, 0.97, TAGS)
    home = np.arange(TAGS) % ANTENNAS + 1
    steps = []
    for step in range(int(SECONDS / STEP_S)):
        hits = np.flatnonzero(rng.random(TAGS) < rate)
        rssi = rng.normal(-58.0, 3.0, len(hits))
        steps.append(
            [
                TagRead(step * STEP_S, "r", int(home[i]), epcs[i], float(v))
                for i, v in zip(hits.tolist(), rssi.tolist(), strict=True)
            ]
        )
    return steps


def main() -> None:
    """Print reads a second of both, and their ratio."""
    steps = reads()
    total = sum(map(len, steps))
    names = [f"S{a + 1}" for a in range(ANTENNAS)]
    antennas = {a + 1: name for a, name in enumerate(names)}
    reader = ReaderSettings(id="r", source="llrp://127.0.0.1", antennas=antennas)
    shelves = Shelves([reader], [ShelfSettings(id=name) for name in names])
    warm = int(15.0 / STEP_S)
    begin = after_warm = time.process_time()
    for step, batch in enumerate(steps):
        if step == warm:
            after_warm = time.process_time()
        shelves.feed(batch)
        shelves.advance((step + 1) * STEP_S)
    end = time.process_time()
    settled = sum(map(len, steps[warm:])) / (end - after_warm)
    peer = WindowFilter()
    peer_begin = time.process_time()
    for step, batch in enumerate(steps):
        peer.feed(batch)
        peer.advance((step + 1) * STEP_S)
    peer_rate = total / (time.process_time() - peer_begin)
    print(f"{TAGS} tags, {ANTENNAS} antennas, {total} reads")
    print(f"shelves: {total / (end - begin):,.0f} reads/s, {settled:,.0f} once settled")
    print(f"window in plain Python: {peer_rate:,.0f} reads/s")
    print(f"ratio once settled: {settled / peer_rate:.2f}")


if __name__ == "__main__":
    main()
