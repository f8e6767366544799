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
        print(f"drawn scenes of {DRAWN_S:.0f} s, two lanes, default model")
        drawn.report(drawn.SCENES, ("along", "high", "corner"), (2, 3), DRAWN_S)


if __name__ == "__main__":
    main()
