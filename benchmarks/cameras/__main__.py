"""Run with ``python -m benchmarks.cameras``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.cameras.box import Measured, measure
from benchmarks.cameras.clips import FPS, draw

CAMERAS = 12
SECONDS = 10.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        busy = [draw(folder, f"busy{i}", busy=True, seed=i) for i in range(2)]
        quiet = draw(folder, "quiet", busy=False, seed=9)
        half = [busy[i % 2] if i < CAMERAS // 2 else quiet for i in range(CAMERAS)]
        print(
            f"{CAMERAS} cameras of 1280×720 ({quiet.suffix[1:]}) at {FPS:g} pictures a second, "
            "half busy, half quiet; processor seconds a second"
        )
        _print("agent", measure(half, fps=FPS, seconds=SECONDS, gated=True))
        _print("detecting in every picture", measure(half, fps=FPS, seconds=SECONDS, gated=False))


def _print(name: str, found: Measured) -> None:
    mean = sum(found.rates_fps) / len(found.rates_fps)
    print(
        f"  {name:27} decode {found.decode:.2f} + look {found.look:.2f} "
        f"+ detect {found.detect:.2f} = {found.cores:.2f} cores; "
        f"{found.detections_per_s:.1f} detections a second; "
        f"slowest camera {min(found.rates_fps):.1f}, mean {mean:.1f} pictures a second; "
        f"{found.resident_mb:.0f} MB"
    )


if __name__ == "__main__":
    main()
