"""False alarms and delays over many kinds of physics: ``python -m benchmarks.shelves.varied``.

Beside the usual setting, the peer: a plain window of 15 s on the same reads. With
``--bound`` also the delays that no filter can beat (:mod:`benchmarks.shelves.oracle`).
"""

from __future__ import annotations

import argparse
from collections import Counter

from benchmarks.shelves.oracle import Bound, bound
from benchmarks.shelves.scoring import Said, Score, reads_of, run, score
from benchmarks.shelves.settings import SETTINGS
from benchmarks.shelves.window import WindowFilter
from edge_agent.shelves.gtin import gtin_of
from simulators.shelf.shoppers import Day

HEAD = (
    f"{'setting':26s} seed recall false p50_s p95_s put-backs ghost-moves stock-errors "
    "(bound p50_s p95_s)"
)


def window(name: str, seed: int, length_s: float) -> Score:
    """Score a window of 15 s on the same run."""
    physics, traffic = SETTINGS[name]
    day = Day(physics, traffic, seed, length_s)
    peer, said = WindowFilter(), Said()
    reads = reads_of(physics, day)
    start = 0
    for tick in range(int(length_s * 5)):
        now_s, end = (tick + 1) * 0.2, start
        while end < len(reads) and reads[end].t_s < now_s:
            end += 1
        events = peer.feed(reads[start:end]) + peer.advance(now_s)
        said += [(t_s, kind, epc, f"S{antenna}", 1.0) for t_s, kind, epc, antenna in events]
        start = end
    none = [Counter[str]() for _ in range(physics.shelves)]
    return score(day.truth, said, none, {epc: gtin_of(epc) for epc in day.field.epcs})


def line(name: str, seed: int, result: Score, least: Bound | None = None) -> str:
    """One line of the table."""
    told = (
        f"{least.delay_p50_s:12.1f} {least.delay_p95_s:11.1f}  (false {least.false_picks})"
        if least
        else ""
    )
    return (
        f"{name:26s} {seed:4d} {result.recall:6.3f} {result.false_picks:5d} "
        f"{result.delay_p50_s:5.1f} {result.delay_p95_s:5.1f} {result.put_back_recall:9.2f} "
        f"{result.ghost_moves:11d} {result.stock_errors:12d} {told}"
    )


def main() -> None:
    """Print the table and its worst values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--only", nargs="+", choices=[*SETTINGS], default=[*SETTINGS])
    parser.add_argument("--bound", action="store_true", help="Add what no filter can beat.")
    chosen = parser.parse_args()
    print(HEAD)
    results = []
    for name in chosen.only:
        for seed in chosen.seeds:
            results.append(run(*SETTINGS[name], seed, chosen.seconds))
            least = bound(*SETTINGS[name], seed, chosen.seconds) if chosen.bound else None
            print(line(name, seed, results[-1], least), flush=True)
    print(
        f"worst: recall {min(r.recall for r in results):.3f}, "
        f"false {max(r.false_picks for r in results)}, "
        f"p50 {max(r.delay_p50_s for r in results):.1f} s, "
        f"p95 {max(r.delay_p95_s for r in results):.1f} s, "
        f"put-backs {min(r.put_back_recall for r in results):.2f}"
    )
    print(line("window of 15 s, usual", 1, window("usual", 1, chosen.seconds)))


if __name__ == "__main__":
    main()
