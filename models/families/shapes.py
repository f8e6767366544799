"""Outputs are checked before they are read: a wrong network would else give silent nonsense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray


def require(outputs: Sequence[NDArray[Any]], *shapes: tuple[int | None, ...]) -> None:
    """Check the shapes of all outputs; None fits any length.

    Raises:
        ValueError: another number of outputs, or another shape.
    """
    found = [output.shape for output in outputs]
    fits = len(found) == len(shapes) and all(
        len(shape) == len(wanted)
        and all(want in (None, length) for want, length in zip(wanted, shape, strict=True))
        for shape, wanted in zip(found, shapes, strict=True)
    )
    if not fits:
        expected = " ".join(str(shape).replace("None", "*") for shape in shapes)
        raise ValueError(f"outputs of shape {expected}, not {' '.join(map(str, found))}")
