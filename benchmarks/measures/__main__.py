"""Run with ``python -m benchmarks.measures [drawn]``: five minutes, ``drawn`` some more."""

from __future__ import annotations

import sys

from benchmarks.measures import day, drawn, predictors, speed

SEEDS, DAY_SEEDS = range(1, 4), range(1, 2)
DRAWN_S = 240.0


def main() -> None:
    """Measure and print."""
    speed.report()
    print("waits over a day of 12.5 h from true events, seconds of mean absolute error")
    predictors.report(SEEDS)
    print(
        f"the same day seen by a camera at {day.FPS:g} pictures a second, without error and with "
        "misses, jitter and id switches"
    )
    day.report(DAY_SEEDS)
    if "drawn" in sys.argv[1:]:
        print(f"drawn scenes of {DRAWN_S:.0f} s, two busy lanes, default model")
        for view in ("along", "high"):
            for seed in (1, 2):
                found = drawn.compare(view, seed, DRAWN_S)
                print(
                    f"  {view:6} seed {seed}: waiting MAE {found.waiting_mae:.2f} "
                    f"(bias {found.waiting_bias:+.2f}, mean {found.mean_waiting:.1f}), "
                    f"served right {found.served_right:.1%}"
                )


if __name__ == "__main__":
    main()
