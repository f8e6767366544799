"""``python -m benchmarks.lanes``: learn anew what happens in a lane.

Draws shops, watches their lanes with the default model, and prints how well lengths and services
are told in shops that were not learned from. With ``--followed`` it learns of lanes in which only
people are known who are followed, from the same shops and from simulated days. ``--write`` puts
what was learned from all of them in place of what the agent uses. Needs the extra ``[export]``,
which brings torch. A shop takes two minutes of one processor, a day one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lanes.days import of_day
from benchmarks.lanes.examples import Example, of_shop
from benchmarks.lanes.network import Network, School, together
from edge_agent.measures.crowd import Rounded
from edge_agent.measures.lane_network import EVENTS, LaneNetwork
from edge_agent.measures.lane_reader import LATE_S, Boxes, LaneReader
from edge_agent.measures.perspective import FLAT, STEEP
from edge_agent.pipeline import LANES

TRUSTED = 0.8
"""So much counts of what is added to what boxes tell: in a shop that it did not learn from the
network adds a little too much."""
DAY_EVERY = 4
"""Every so many-th of the shops of which only tracks are known is a simulated day."""
HELD_OUT = 5
"""Every so many-th shop is not learned from."""
NEAR_S = 4.0
"""An event is found when it is told of within so many seconds."""
WARM_S = 3.0
VIEWS = {"flat": (-1.0, FLAT), "between": (FLAT, 0.4), "steep": (0.4, STEEP + 9.0)}


@dataclass(frozen=True, slots=True)
class Lesson:
    """How one network learns.

    Attributes:
        watch: makes the lanes of one shop, by its number.
        shops: how many of them.
        school: how it learns from them.
        members: networks that are put side by side.
        sizes: of the network.
        trusted: share of what it adds that counts.
        path: where it is kept.
    """

    watch: Callable[[int], list[Example]]
    shops: int
    school: School
    members: int
    sizes: dict[str, int]
    trusted: float
    path: Path

    def learn(self, examples: Sequence[Example]) -> dict[str, Any]:
        """Give what ``LaneNetwork.of`` takes."""
        seeds = range(self.members)
        networks = [Network(self.school, seed=k, **self.sizes).learn(examples) for k in seeds]
        return together(networks, self.trusted)


def _weighed(number: int) -> list[Example]:
    return of_shop(number).weighed


def _followed(number: int) -> list[Example]:
    """Days are clean and long, and tracks of drawn pictures are neither."""
    return of_shop(number).followed if number % DAY_EVERY else of_day(number)


WEIGHED = Lesson(_weighed, 300, School(6000), 3, {}, TRUSTED, LANES["weighed"])
# There is as much of days as one likes: little has to keep them from being learned by heart.
_DAYS = School(3500, 24, 450, drop_input=0.05, drop=0.1, decay=0.05, holed=0.3, most_waiting=30.0)
FOLLOWED = Lesson(
    _followed, 300, _DAYS, 1, {"read": 48, "state": 32, "tell": 32}, 1.0, LANES["followed"]
)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lanes")
    parser.add_argument("--followed", action="store_true", help="learn of who is followed alone")
    parser.add_argument("--shops", type=int, help="how many to draw, or days to live through")
    parser.add_argument("--write", action="store_true", help="use what was learned")
    options = parser.parse_args()
    lesson = FOLLOWED if options.followed else WEIGHED
    with Pool() as pool:
        shops = pool.map(lesson.watch, range(options.shops or lesson.shops), chunksize=1)
    run(lesson, [lane for lanes in shops for lane in lanes], write=options.write)


def run(lesson: Lesson, examples: list[Example], *, write: bool) -> None:
    """Judge what is learned from examples; then learn from all of them, to be used."""
    learned = [e for e in examples if e.shop % HELD_OUT]
    network = LaneNetwork.of(lesson.learn(learned))
    others = [e for e in examples if e.shop % HELD_OUT == 0]
    for view, (flattest, steepest) in VIEWS.items():
        judged = [e for e in others if flattest <= np.median(e.looks[:, 0]) < steepest]
        if judged:
            print(f"{view}: {judge(network, judged)}", flush=True)
    if write:
        lesson.path.write_text(json.dumps(lesson.learn(examples)) + "\n", encoding="utf-8")


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
