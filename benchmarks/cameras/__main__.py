"""Run with ``python -m benchmarks.cameras``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.cameras.box import Measured, measure
from benchmarks.cameras.clips import FPS, draw

CAMERAS = 12
SECONDS = 20.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        busy = [draw(folder, f"busy{i}", busy=True, seed=i) for i in range(2)]
        quiet = draw(folder, "quiet", busy=False, seed=9)
        half = [busy[i % 2] if i < CAMERAS // 2 else quiet for i in range(CAMERAS)]
        print(
            f"{CAMERAS} cameras of 1280×720 ({quiet.suffix[1:]}) at {FPS:g} pictures a second, "
            f"half busy, half quiet; {len(os.sched_getaffinity(0))} cores"
        )
        _print("looking where something moved", measure(half, fps=FPS, seconds=SECONDS, gated=True))
        _print("detecting in every picture", measure(half, fps=FPS, seconds=SECONDS, gated=False))
        print("4 cameras, half busy, half quiet")
        _print("agent", measure(half[4:8], fps=FPS, seconds=SECONDS / 2, gated=True))


def _print(name: str, found: Measured) -> None:
    print(
        f"  {name:30} CPU {found.cpu_share:5.2f} cores   detections {found.detections_per_s:5.1f}/s"
        f"   slowest camera {min(found.rates_fps):4.1f}/s, mean "
        f"{sum(found.rates_fps) / len(found.rates_fps):4.1f}/s   {found.resident_mb:4.0f} MB"
    )


if __name__ == "__main__":
    main()
