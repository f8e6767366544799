"""``python -m benchmarks.perception``: all who take part, taking turns on one video.

Peers that this Python has not are run by another one: ``PEER_PYTHON`` for ultralytics and
``HOG_PYTHON`` for an OpenCV 4.x, each the path of an interpreter.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.perception import video

FRAMES = 60
ROUNDS = 3
WARM_UP = 5
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Runner:
    """Somebody who takes part.

    Attributes:
        command: its last line of output is CPU milliseconds of each frame by part as JSON.
        after: arguments behind the video.
        needs: what an interpreter must be able to run before, as ``python -c`` code.
        missing: said where it is not.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    needs: str = ""
    missing: str = ""

    def is_here(self) -> bool:
        """Whether the interpreter has what is needed."""
        check = subprocess.run([self.command[0], "-c", self.needs], capture_output=True)
        return check.returncode == 0


def runners(folder: Path) -> list[Runner]:
    """All who could take part; ours first."""
    peer = os.environ.get("PEER_PYTHON", sys.executable)
    hog = os.environ.get("HOG_PYTHON", peer)
    return [
        Runner("Instore Edge", (sys.executable, "-m", "benchmarks.perception.ours")),
        Runner(
            "ultralytics YOLO11n 640 ONNX",
            (peer, str(_HERE / "peer_ultralytics.py")),
            (str(folder),),
            "import torch, torchvision, ultralytics, onnx, onnxruntime, lap",
            "no ultralytics (extra [export], torchvision, lap): name a Python with PEER_PYTHON",
        ),
        Runner(
            "OpenCV HOG",
            (hog, str(_HERE / "peer_hog.py")),
            (),
            "import cv2; cv2.HOGDescriptor",
            "this OpenCV has no HOG, 4.x wheels do: name a Python with HOG_PYTHON",
        ),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stream = video.make(folder, FRAMES)
        if stream is None:
            return
        print("CPU ms a frame, 1280x720 H.264 to zones, one thread, median (all take turns)")
        here = []
        for runner in runners(folder):
            if not runner.needs or runner.is_here():
                here.append(runner)
            else:
                print(f"  {runner.name}: not measured, {runner.missing}")
        parts: dict[str, dict[str, list[float]]] = {r.name: defaultdict(list) for r in here}
        for _ in range(ROUNDS):
            for runner in here:
                for part, times in _run(runner, stream).items():
                    parts[runner.name][part] += times[WARM_UP:]
    _report(parts)


def _run(runner: Runner, stream: Path) -> dict[str, list[float]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*runner.command, str(stream), *runner.after],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    times: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return times


def _report(parts: dict[str, dict[str, list[float]]]) -> None:
    ours = 0.0
    for name, times in parts.items():
        total = statistics.median(map(sum, zip(*times.values(), strict=True)))
        ours = ours or total
        ratio = "" if total == ours else f"   ours needs {total / ours:.1f} x less"
        detail = ", ".join(f"{part} {statistics.median(t):.1f}" for part, t in times.items())
        print(f"  {name:30}{total:8.1f}  ({detail}){ratio}")


if __name__ == "__main__":
    main()
