"""Tables kept as one array a column."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Columns:
    """Base of tables: row i of every array is about the same thing."""

    def keep(self, rows: NDArray[Any]) -> None:
        """Keep ``rows`` alone, given as a mask or as numbers in the new order."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[rows])

    def append(self, other: Self) -> None:
        """Add the rows of ``other`` behind these."""
        for field in fields(self):
            both = (getattr(self, field.name), getattr(other, field.name))
            setattr(self, field.name, np.concatenate(both))
