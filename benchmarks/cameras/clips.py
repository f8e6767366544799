"""Clips of a drawn shop, busy and quiet, as H.264 where ffmpeg is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from simulators.camera.recording import record, shots
from simulators.camera.views import VIEWS
from simulators.scene.scene import Scene

FPS = 8.0
SECONDS = 10.0


def draw(folder: Path, name: str, *, busy: bool, seed: int) -> Path:
    """Draw a clip of 1280×720 and give its path.

    Args:
        folder: where it goes.
        name: of the file.
        busy: a queue and a stream of shoppers at the tills; else an aisle without anybody.
        seed: of the scene.
    """
    scene = Scene(seed=seed)
    if busy:
        scene.add_to_queue("1", 4)
        scene.set_arrivals(400.0)
        scene.advance(scene.now_s + 30.0)
    else:
        scene.set_arrivals(0.0)
    view = VIEWS["high" if busy else "shelf"](scene.settings.layout)
    drawn = folder / f"{name}.avi"
    clip = shots(scene, view, seconds=SECONDS, fps=FPS, truth=False)
    record(drawn, folder / f"{name}.jsonl", clip, view, FPS)
    return _compressed(drawn)


def _compressed(drawn: Path) -> Path:
    """Compress as a camera would: H.264 main profile, a key frame every four seconds."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return drawn
    path = drawn.with_suffix(".mp4")
    options = "-c:v libx264 -preset veryfast -profile:v main -bf 0 -g 32 -b:v 2M"
    command = [ffmpeg, "-v", "error", "-y", "-i", str(drawn), *options.split(), str(path)]
    subprocess.run(command, check=True)
    return path
