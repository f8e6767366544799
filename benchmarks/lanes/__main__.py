"""``python -m benchmarks.lanes``: learn anew what happens in a lane.

Draws shops, watches their lanes with the default model, and prints how well lengths and services
are told in shops that were not learned from. ``--write`` puts what was learned from all of them in
place of what the agent uses. Needs the extra ``[export]``, which brings torch. A shop takes two
minutes of one processor.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from multiprocessing import Pool
from typing import Any

import numpy as np

from benchmarks.lanes.examples import Example, of_shop
from benchmarks.lanes.network import Network, together
from edge_agent.measures.crowd import Rounded
from edge_agent.measures.lane_network import EVENTS, LaneNetwork
from edge_agent.measures.lane_reader import LATE_S, Boxes, LaneReader
from edge_agent.measures.perspective import FLAT, STEEP
from edge_agent.pipeline import LANES

SHOPS = 300
HELD_OUT = 5
"""Every so many-th shop is not learned from."""
STEPS, MEMBERS = 6000, 3
"""Steps of learning, and networks that are put side by side."""
NEAR_S = 4.0
"""An event is found when it is told of within so many seconds."""
WARM_S = 3.0
VIEWS = {"flat": (-1.0, FLAT), "between": (FLAT, 0.4), "steep": (0.4, STEEP + 9.0)}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lanes")
    parser.add_argument("--shops", type=int, default=SHOPS, help="how many to draw")
    parser.add_argument("--write", action="store_true", help="use what was learned")
    options = parser.parse_args()
    with Pool() as pool:
        shops = pool.map(of_shop, range(options.shops), chunksize=1)
    run([lane for lanes in shops for lane in lanes], write=options.write)


def run(examples: list[Example], *, write: bool) -> None:
    """Judge what is learned from examples; then learn from all of them, to be used."""
    learned = [e for e in examples if e.shop % HELD_OUT]
    network = LaneNetwork.of(_learn(learned))
    others = [e for e in examples if e.shop % HELD_OUT == 0]
    for view, (flattest, steepest) in VIEWS.items():
        judged = [e for e in others if flattest <= np.median(e.looks[:, 0]) < steepest]
        if judged:
            print(f"{view}: {judge(network, judged)}", flush=True)
    if write:
        LANES.write_text(json.dumps(_learn(examples)) + "\n", encoding="utf-8")


def _learn(examples: Sequence[Example]) -> dict[str, Any]:
    return together([Network(seed=k).learn(examples, STEPS) for k in range(MEMBERS)])


def judge(network: LaneNetwork, examples: Sequence[Example]) -> str:
    """Say how well lanes are told."""
    errors: list[tuple[float, float, bool, bool]] = []
    counts = {name: np.zeros(3, np.int64) for name in EVENTS}
    for example in examples:
        reader, heads = LaneReader(network, 1), [Rounded() for _ in range(2)]
        events: dict[str, list[float]] = {name: [] for name in EVENTS}
        columns = (
            example.looks,
            example.boxes.tolist(),
            example.t_s.tolist(),
            example.truth.tolist(),
        )
        for look, boxes, t_s, (waiting, served, _) in zip(*columns, strict=True):
            alone = Boxes(*boxes)
            (read,) = reader.read(look[None], [alone], t_s)
            numbers = (read.waiting, read.spread), (alone.waiting,)
            errors.append(
                (
                    *(
                        abs(head.update(*number) - waiting)
                        for head, number in zip(heads, numbers, strict=True)
                    ),
                    read.served == served,
                    read.busy == (served > 0),
                )
            )
            for name in EVENTS:
                if getattr(read, name):
                    events[name].append(t_s - LATE_S)
        for name in EVENTS:
            counts[name] += _found(example.events[name], events[name], example.t_s)
    found = ", ".join(
        f"{name} {n} of {true}, told {told}" for name, (n, true, told) in counts.items()
    )
    length, alone_length, till, busy = np.mean(errors, axis=0)
    return (
        f"{len(examples)} lanes; waiting wrong by {length:.2f} (boxes alone {alone_length:.2f}); "
        f"at the till right {till:.1%}, whether anybody is {busy:.1%}; {found}"
    )


def _found(true_s: Sequence[float], told_s: Sequence[float], t_s: Sequence[float]) -> list[int]:
    """Events found, true and told, without those at the borders of the clip."""
    left = list(told_s)
    true = [s for s in true_s if t_s[0] + WARM_S < s < t_s[-1] - WARM_S]
    found = 0
    for event_s in true:
        near = min(left, key=lambda s, e=event_s: abs(s - e), default=np.inf)
        if abs(near - event_s) <= NEAR_S:
            left.remove(near)
            found += 1
    return [found, len(true), len(told_s)]


if __name__ == "__main__":
    main()
