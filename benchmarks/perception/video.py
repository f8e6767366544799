"""The street of Debian's opencv-doc as a 1280x720 H.264 stream."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


def make(folder: Path, frames: int) -> Path | None:
    """Encode the first frames; None, with a line that says why, where something is missing."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None or not VTEST.exists():
        missing = "ffmpeg" if ffmpeg is None else "opencv-doc"
        print(f"perception: not measured, the Debian package {missing} is missing")
        return None
    path = folder / "street-720p.mp4"
    # The sides are cut to 16:9 first, so that people keep their shape.
    shape = "crop=768:432:0:100,scale=1280:720"
    subprocess.run(
        f"{ffmpeg} -y -loglevel error -i {VTEST} -frames:v {frames} -vf {shape} -an "
        f"-c:v libx264 -preset medium -crf 23 -pix_fmt yuv420p {path}".split(),
        check=True,
    )
    return path
