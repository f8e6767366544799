"""How RSSI behaves before a reader: its spread around the mean of a tag, its loss behind a body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.physics import Physics

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPREAD_READS, MOST_SPREAD_READS = 500.0, 50_000.0
"""Weight of the assumed spread, and the most that is remembered of it, in reads."""


class Strength:
    """Learned from reads that others than the tag itself call clear or shadowed, by group.

    Attributes:
        sigma_db: (G,) standard deviation of the reads of a clear tag around its mean.
        drop_db: (G,) how much weaker reads behind a body are.
    """

    def __init__(self, physics: Physics, groups: int) -> None:
        self._weak = np.full(groups, physics.shadow_reads)
        self._lost_db = self._weak * physics.shadow_drop_db
        self._near = np.full(groups, SPREAD_READS)
        self._square = self._near * physics.sigma_db**2
        self.sigma_db, self.drop_db = np.empty((2, groups))
        self._derive()

    def learn_clear(self, group: Ints, off_db: Floats) -> None:
        """Take reads of clear tags, by how far they are from the mean of their tag."""
        n = len(self.sigma_db)
        self._near += np.bincount(group, minlength=n)
        self._square += np.bincount(group, off_db**2, n)
        keep = np.minimum(MOST_SPREAD_READS / self._near, 1.0)
        self._near *= keep
        self._square *= keep
        self._derive()

    def learn_shadowed(self, group: Ints, off_db: Floats, shade: Floats, share: Floats) -> None:
        """Take reads where the neighbours say "shadow" with probability ``shade``.

        Args:
            group: (K,) group of each read.
            off_db: (K,) RSSI minus the mean of the tag.
            shade: (K,) probability of a shadow by the neighbours.
            share: (K,) factor on the read rate behind a body: reads come rather from clear tags.
        """
        n = len(self.sigma_db)
        behind = shade * share
        behind /= behind + 1 - shade
        self._weak += np.bincount(group, behind**2, n)
        self._lost_db -= np.bincount(group, behind * off_db, n)
        self._derive()

    def _derive(self) -> None:
        self.sigma_db = np.clip(np.sqrt(self._square / self._near), 1.0, 8.0)
        self.drop_db = np.clip(self._lost_db / self._weak, 0.5, 15.0)
