"""``python -m benchmarks.credence``: learn anew how much to believe a detection.

Draws shops, looks at them with the default model, and prints how well the chance of a detection
is told on shops and on figures that were not learned from, beside what its score alone tells.
``--write`` puts what was learned from all of them in place of what the agent uses.
"""

from __future__ import annotations

import argparse
from multiprocessing import Pool

import models
from benchmarks.credence.examples import Examples, Floats, join, of_shop
from benchmarks.credence.network import Network, loss
from edge_agent.perception import credence

SHOPS = 300
HELD_OUT = 5
"""Every so many-th shop is not learned from."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.credence")
    parser.add_argument("--shops", type=int, default=SHOPS, help="how many to draw")
    parser.add_argument("--write", action="store_true", help="use what was learned")
    options = parser.parse_args()
    with Pool() as pool:
        examples = join(pool.map(of_shop, range(options.shops), chunksize=1))
    print(f"{options.shops} shops, {len(examples.real)} detections, logistic loss:")
    other = examples.shops % HELD_OUT == 0
    cases = {
        "other shops": (~other, other),
        "other shops, solid; learned flat": (~other & ~examples.solid, other & examples.solid),
        "other shops, flat; learned solid": (~other & examples.solid, other & ~examples.solid),
    }
    for name, (learned, judged) in cases.items():
        alone, whole = (_judge(examples, learned, judged, n) for n in (1, credence.FEATURES))
        print(f"  {name}: score alone {alone:.4f}, all {whole:.4f}")
    if options.write:
        family = models.load().entry.family
        Network(examples.inputs, examples.real).write(credence.WEIGHTS, family)


def _judge(examples: Examples, learned: Floats, judged: Floats, count: int) -> float:
    inputs = examples.inputs[:, :count]
    network = Network(inputs[learned], examples.real[learned])
    return loss(network.chance(inputs[judged]), examples.real[judged])


if __name__ == "__main__":
    main()
