"""Labelled boxes in the format of the MOT challenge (arXiv:1603.00831, section 3.1).

One line a box, no header: ``frame,id,left,top,width,height,conf,class,visibility`` with frames
from 1 and pixels of the source. The last three may be missing. Rows with conf 0 are to be
ignored, and only class 1 (pedestrian) or -1 (not said) counts.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FEWEST = 6


class LabelError(ValueError):
    """A label file that cannot be read; names file and line."""


def read(path: Path) -> dict[int, NDArray[np.float32]]:
    """Read the labels of a recording.

    Args:
        path: the CSV file.

    Returns:
        0-based frame number → boxes (M, 4) x1 y1 x2 y2 in pixels. A frame without boxes is not in
        it.

    Raises:
        LabelError: the file cannot be read, or a line is no box.
    """
    boxes: dict[int, list[list[float]]] = defaultdict(list)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.reader(file), 1):
                if row and (box := _box(f"{path}:{number}", row)) is not None:
                    boxes[box[0]].append(box[1])
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: expected a readable label file, found: {error}") from error
    return {frame: np.array(rows, np.float32) for frame, rows in boxes.items()}


def _box(place: str, row: list[str]) -> tuple[int, list[float]] | None:
    expected = "expected frame,id,left,top,width,height[,conf,class,visibility]"
    if len(row) < _FEWEST:
        raise LabelError(f"{place}: {expected}, found {len(row)} fields")
    try:
        numbers = [float(field) for field in row]
    except ValueError:
        raise LabelError(f"{place}: {expected} as numbers, found {','.join(row)!r}") from None
    frame, _, left, top, width, height, *rest = numbers
    if frame < 1 or width <= 0 or height <= 0 or not np.isfinite(numbers).all():
        raise LabelError(f"{place}: expected a frame from 1 and a box with an area, found {row}")
    ignored = (len(rest) > 0 and rest[0] == 0) or (len(rest) > 1 and rest[1] not in (1, -1))
    return None if ignored else (int(frame) - 1, [left, top, left + width, top + height])
