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
    mode: Mode = "stretch",
    threads: int = 1,
    min_score: float = 0.1,
    manifest: Path | None = None,
) -> Detector:
    """Open a network by its name in the manifest.

    Args:
        name: see ``edge-agent models list``.
        size: (width, height) of its input in pixels; None chooses by the picture.
        mode: keep the picture's aspect ratio (``letterbox``), or ``stretch`` it to the input.
        threads: threads of onnxruntime.
        min_score: lowest score that a detection may have.
        manifest: another ``manifest.toml`` than the one that comes with the product.

    Raises:
        models.manifest.ModelError: there is no such network, or its file cannot be used.
    """
    from models.detector import Detector
    from models.manifest import BUILT_IN, read

    listed = read(manifest or BUILT_IN)
    return Detector(
        listed, listed.get(name), size=size, mode=mode, threads=threads, min_score=min_score
    )
