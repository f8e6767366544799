"""Neural networks: their files, and what turns pictures into detections and back.

Importing this package is cheap; onnxruntime and OpenCV are imported by :func:`load`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.detector import Detector
    from models.fitting import Mode


def load(
    name: str = "person",
    *,
    size: tuple[int, int] | None = None,
    mode: Mode = "auto",
    threads: int = 1,
    min_score: float = 0.1,
    closer: float = 1.0,
    manifest: Path | None = None,
) -> Detector:
    """Open a network by its name in the manifest.

    Args:
        name: see ``edge-agent models list``.
        size: (width, height) of its input in pixels; None chooses by the picture.
        mode: keep the picture's aspect ratio (``letterbox``), ``stretch`` it to the input, or
            ``auto``: stretch where the shapes are all but the same.
        threads: threads of onnxruntime.
        min_score: lowest score that a detection may have.
        closer: so many times the pixels of the usual input.
        manifest: look in this ``manifest.toml`` alone.

    Raises:
        models.manifest.ModelError: there is no such network, or its file cannot be used.
    """
    from models.detector import Detector
    from models.manifest import known, read

    entry = (read(manifest) if manifest else known()).get(name)
    return Detector(
        entry, size=size, mode=mode, threads=threads, min_score=min_score, closer=closer
    )
