"""``python -m benchmarks.cameras``: a box of two processors; with ``--live`` in real time."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.cameras.box import Box, Measured
from benchmarks.cameras.clips import FPS, draw
from benchmarks.cameras.live import live

CAMERAS = 12
WORKERS = 2
SECONDS = 20.0
LIVE_S = 30.0


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
        if "--live" in sys.argv:
            _print_live(half)
            return
        _print("agent", Box(half, FPS, WORKERS, gated=True).run(SECONDS))
        _print("detecting in every picture", Box(half, FPS, WORKERS, gated=False).run(SECONDS))


def _print(name: str, found: Measured) -> None:
    print(
        f"  {name:27} decode {found.decode:.2f} + look {found.look:.2f} "
        f"+ detect {found.detect:.2f} = {found.cores:.2f} of {WORKERS} cores; "
        f"{found.detections_per_s:.1f} detections a second; {_rates(found.rates_fps)}; "
        f"{found.resident_mb:.0f} MB"
    )


def _print_live(sources: list[Path]) -> None:
    found = live(sources, fps=FPS, seconds=LIVE_S)
    print(
        f"  agent, live: decode {found.decode:.2f} + look and detect {found.look:.2f} = "
        f"{found.decode + found.look:.2f} cores; {_rates(found.rates_fps)}; "
        f"{found.blind} readings of a camera not believed; {found.resident_mb:.0f} MB"
    )


def _rates(rates_fps: list[float]) -> str:
    mean = sum(rates_fps) / len(rates_fps)
    return f"slowest camera {min(rates_fps):.1f}, mean {mean:.1f} pictures a second"


if __name__ == "__main__":
    main()
