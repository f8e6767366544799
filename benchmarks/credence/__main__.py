"""``python -m benchmarks.credence``: learn anew how much to believe a detection.

Draws shops, looks at them with the default model, and prints how well the chance of a detection,
and the number of people in parts of a picture, is told on shops and on figures that were not
learned from, beside what the score alone tells and what is known without looking at the others.
``--write`` puts what was learned from all of them in place of what the agent uses. Needs the
extra ``[export]``, which brings torch.
"""

from __future__ import annotations

import argparse
from multiprocessing import Pool

import models
from benchmarks.credence.examples import Example, of_shop
from benchmarks.credence.network import Network, loss, miscount
from edge_agent.perception import credence

SHOPS = 500
HELD_OUT = 5
"""Every so many-th shop is not learned from."""
CHECK, STEPS = 6_000, 22_000
"""Steps of those that are judged, and of the one that is written."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.credence")
    parser.add_argument("--shops", type=int, default=SHOPS, help="how many to draw")
    parser.add_argument("--write", action="store_true", help="use what was learned")
    options = parser.parse_args()
    with Pool() as pool:
        shops = pool.map(of_shop, range(options.shops), chunksize=1)
    run([example for shop in shops for example in shop], write=options.write)


def run(examples: list[Example], *, write: bool) -> None:
    """Judge what is learned from examples; then learn from all of them, to be used."""
    others = [e for e in examples if e.shop % HELD_OUT == 0]
    learned = [e for e in examples if e.shop % HELD_OUT]
    cases = {
        "other shops": (learned, others),
        "other shops, solid; learned flat": (_drawn(learned, False), _drawn(others, True)),
        "other shops, flat; learned solid": (_drawn(learned, True), _drawn(others, False)),
    }
    print(f"{len(examples)} examples; logistic loss, and error of the number of people in a part:")
    for name, (known, judged) in cases.items():
        print(f"  {name}: score alone {_judge(Network(1, 0), known, judged)}", end="")
        print(f", each by itself {_judge(Network(looks=0), known, judged)}", end="")
        print(f", all {_judge(Network(), known, judged)}", flush=True)
    if write:
        family = models.load().entry.family
        Network().learn(examples, STEPS).write(credence.WEIGHTS, family)


def _drawn(examples: list[Example], solid: bool) -> list[Example]:
    return [e for e in examples if e.solid == solid]


def _judge(network: Network, learned: list[Example], judged: list[Example]) -> str:
    chances = network.learn(learned, CHECK).chances(judged)
    return f"{loss(chances, judged):.4f} {miscount(chances, judged):.3f}"


if __name__ == "__main__":
    main()
