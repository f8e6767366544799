"""Named conditions of tags: counted once a tag, so that an installer sees what is odd."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import ShelfSettings
from messages.epc import scheme_name

APART_S = 40.0
"""Longer than the votes of a tag that was moved are remembered."""
EXCESS = 0.2
"""Share of the votes that another reader gets beyond what the overlap of the antennas explains."""
LEAST_READS = 8.0


class TagConditions:
    """Counts odd tags.

    Attributes:
        counters: ``foreign_tag`` no EPC of GS1 (never written, or of another system), ``no_gtin``
            an EPC of something that is no trade item, ``not_in_planogram`` a GTIN that no facing
            names, ``duplicate_epc`` the same EPC lies before two readers at once.
    """

    def __init__(
        self, shelves: Sequence[ShelfSettings], reader_of: NDArray[np.int64], readers: int
    ) -> None:
        self._planned = {facing.gtin for shelf in shelves for facing in shelf.facings}
        self._member = (reader_of[:, None] == np.arange(readers)).astype(np.float64)
        self._since_s = np.empty(0)
        self._told = np.empty(0, np.bool_)
        self.counters = {"foreign_tag": 0, "no_gtin": 0, "not_in_planogram": 0, "duplicate_epc": 0}

    def new(self, epc: str, gtin: str | None) -> None:
        """A tag was read for the first time."""
        if gtin is not None:
            self.counters["not_in_planogram"] += bool(self._planned) and gtin not in self._planned
        else:
            self.counters["no_gtin" if scheme_name(epc) else "foreign_tag"] += 1

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Keep these rows alone, in this order."""
        self._since_s, self._told = self._since_s[rows], self._told[rows]

    def apart(
        self,
        votes: NDArray[np.float64],
        reads: NDArray[np.float64],
        usual: NDArray[np.float64],
        t_s: float,
    ) -> NDArray[np.bool_]:
        """Find tags that two readers see as if each had one.

        Args:
            votes: (N, C) votes of the tags for the antennas.
            reads: (N,) how many reads stand behind them.
            usual: (N, C) share of votes that is usual for a tag of its shelf.
            t_s: seconds.

        Returns:
            (N,) tags whose place is not to be judged now.
        """
        new = len(votes) - len(self._since_s)
        self._since_s = np.concatenate([self._since_s, np.full(new, np.nan)])
        self._told = np.concatenate([self._told, np.zeros(new, np.bool_)])
        if self._member.shape[1] < 2:
            return np.zeros(len(votes), np.bool_)
        shares = votes @ self._member / np.maximum(votes.sum(axis=1, keepdims=True), 1e-12)
        due = usual @ self._member
        excess = np.where(due < due.max(axis=1, keepdims=True), shares - due, -1.0)
        two: NDArray[np.bool_] = (excess.max(axis=1) > EXCESS) & (reads > LEAST_READS)
        self._since_s = np.where(two, np.fmin(self._since_s, t_s), np.nan)
        sure = two & (t_s - self._since_s >= APART_S) & ~self._told
        self._told |= sure
        self.counters["duplicate_epc"] += int(sure.sum())
        return two
