"""Which input size suits a picture."""

from __future__ import annotations

DEFAULT_PIXELS = 640 * 352
"""Pixels of the default input: on real checkout cameras narrower ones lose a third of the people
(AP .82 at 640x352, .69 at 512x288)."""


def choose_size(
    width: int, height: int, *, multiple: int = 32, pixels: int = DEFAULT_PIXELS
) -> tuple[int, int]:
    """The largest input of at most ``pixels`` that all but keeps the aspect ratio.

    16:9 gives 640x352, 4:3 gives 512x384, 9:16 gives 352x640.

    Args:
        width: of the picture, at least 1.
        height: of the picture, at least 1.
        multiple: the sides of the input are multiples of this.
        pixels: at most so many pixels; this decides how long a frame takes.

    Returns:
        (width, height).
    """
    ratio = width / height
    best, best_cost = (multiple, multiple), float("inf")
    for columns in range(1, pixels // multiple**2 + 1):
        for rows in _rows_near(columns / ratio):
            area = columns * rows * multiple**2
            if area > pixels:
                continue
            stretch = max(columns / rows / ratio, ratio * rows / columns) - 1.0
            # A stretch by a few percent costs less than the people lost in fewer pixels.
            cost = 4.0 * stretch + 1.0 - area / pixels
            if cost < best_cost:
                best, best_cost = (columns * multiple, rows * multiple), cost
    return best


def _rows_near(rows: float) -> tuple[int, ...]:
    return tuple(sorted({max(1, int(rows)), max(1, int(rows) + 1)}))
