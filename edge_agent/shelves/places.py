"""Where is the tag? Antennas overlap, so several of them see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.rounds import Round

REFERENCE_DBM = -60.0


class Places:
    """Which antenna, and so which shelf, each tag belongs to.

    Every read votes for its antenna with a weight that falls with the loss in RSSI, so that one
    read from nearby outweighs a few from the next shelf. Votes fade over ``memory_s`` seconds.

    Attributes:
        votes: (N, C) faded votes of the tags for the antennas.
    """

    def __init__(self, shelf_of: Sequence[int], step_s: float, memory_s: float = 20.0) -> None:
        self._shelf_of = np.asarray(shelf_of, np.int64)
        self._shelves = int(self._shelf_of.max(initial=-1)) + 1
        self._fade = float(np.exp(-step_s / memory_s))
        self.votes = np.empty((0, len(self._shelf_of)))
        self._last = np.empty(0, np.int64)

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.votes)
        if new > 0:
            self._last = np.concatenate([self._last, np.zeros(new, np.int64)])
            self.votes = np.concatenate([self.votes, np.zeros((new, len(self._shelf_of)))])

    def step(self, heard: Round) -> None:
        """Take the sightings of one step."""
        power = 10 ** ((np.nan_to_num(heard.rssi_dbm, nan=REFERENCE_DBM) - REFERENCE_DBM) / 20)
        # Votes fade only where new ones come: a silent tag keeps its place.
        rows = np.unique(heard.rows)
        self.votes[rows] *= self._fade
        self.votes[heard.rows, heard.columns] += power

    def forget(self, rows: NDArray[np.bool_]) -> None:
        """Forget where tags were that are not there any more; they may come back elsewhere."""
        self._last[rows & (self.votes.sum(axis=1) > 0)] = self.votes[
            rows & (self.votes.sum(axis=1) > 0)
        ].argmax(axis=1)
        self.votes[rows] = 0.0

    def column(self) -> NDArray[np.int64]:
        """(N,) antenna with the most votes."""
        return np.where(self.votes.any(axis=1), self.votes.argmax(axis=1), self._last)

    def posterior(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(len(rows), S) share of the votes for each shelf; rows sum to 1."""
        shares = np.zeros((len(rows), self._shelves))
        for column, shelf in enumerate(self._shelf_of):
            shares[:, shelf] += self.votes[rows, column]
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
        return shares
