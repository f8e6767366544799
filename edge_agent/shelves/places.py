"""Where is the tag? Antennas overlap, so several of them see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.rounds import Round

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

REFERENCE_DBM = -60.0
OWN_SHARE = 0.6
"""Share of a tag's votes that go to its own shelf, before the share of this shop is learned."""
PRIOR_TAGS, CALIBRATED_TAGS = 5.0, 30.0
"""Weight of the assumed and of the measured shares, in tags on a shelf."""
TEMPER = 0.5
"""Reads of one tag by one antenna are not independent of each other."""


def vote(rssi_dbm: Floats) -> Floats:
    """Weight of reads in the judgement of a place; NaN where the reader gives no RSSI."""
    heard = np.nan_to_num(rssi_dbm, nan=REFERENCE_DBM)
    result: Floats = 10 ** ((heard - REFERENCE_DBM) / 20)
    return result


class Places:
    """Which antenna, and so which shelf, each tag belongs to.

    Every read votes for its antenna with a weight that falls with the loss in RSSI, so that one
    read from nearby outweighs a few from the next shelf. Votes fade over ``memory_s`` seconds.
    The shares of votes that tags of each shelf usually have are learned from the stock, so where
    antennas overlap much, a tag is still told from its neighbours.

    Args:
        shelf_of: (C,) index of the shelf of each antenna.
        step_s: length of a step.
        measured: (S, C) share of votes that a calibration found for each shelf; rows of NaN where
            none was made.
        memory_s: over which votes fade.

    Attributes:
        votes: (N, C) faded votes of the tags for the antennas.
        reads: (N,) faded number of reads behind them.
        usual: (S, C) share of votes that a tag of each shelf gives to each antenna.
    """

    def __init__(
        self,
        shelf_of: Sequence[int],
        step_s: float,
        measured: Floats | None = None,
        memory_s: float = 20.0,
    ) -> None:
        self._shelf_of = np.asarray(shelf_of, np.int64)
        shelves = int(self._shelf_of.max(initial=-1)) + 1
        self._fade = float(np.exp(-step_s / memory_s))
        self.votes = np.empty((0, len(self._shelf_of)))
        self.reads = np.empty(0)
        self._last = np.empty(0, np.int64)
        own = self._shelf_of[None, :] == np.arange(shelves)[:, None]
        others = np.maximum((~own).sum(axis=1, keepdims=True), 1)
        assumed = np.where(
            own,
            OWN_SHARE / np.maximum(own.sum(axis=1, keepdims=True), 1),
            (1 - OWN_SHARE) / others,
        )
        assumed /= np.maximum(assumed.sum(axis=1, keepdims=True), 1e-9)
        if measured is None:
            measured = np.full_like(assumed, np.nan)
        known = ~np.isnan(measured[:shelves])
        self._prior = np.where(known, CALIBRATED_TAGS * measured[:shelves], PRIOR_TAGS * assumed)
        self.usual = self._prior / np.maximum(self._prior.sum(axis=1, keepdims=True), 1e-9)

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.votes)
        if new > 0:
            self.votes = np.concatenate([self.votes, np.zeros((new, len(self._shelf_of)))])
            self.reads = np.concatenate([self.reads, np.zeros(new)])
            self._last = np.concatenate([self._last, np.zeros(new, np.int64)])

    def keep(self, rows: Ints) -> None:
        """Keep these rows alone, in this order."""
        self.votes, self.reads, self._last = self.votes[rows], self.reads[rows], self._last[rows]

    def step(self, heard: Round) -> None:
        """Take the sightings of one step."""
        # Votes fade only where new ones come: a silent tag keeps its place.
        rows = np.unique(heard.rows)
        self.votes[rows] *= self._fade
        self.reads[rows] *= self._fade
        self.votes[heard.rows, heard.columns] += vote(heard.rssi_dbm)
        np.add.at(self.reads, heard.rows, 1.0)

    def learn(self, shelf: Ints, stocked: Bools) -> None:
        """Learn the usual shares from the tags that lie on a shelf, (N,) each."""
        rows = np.flatnonzero(stocked & (self.reads > 5))
        shares = self._shares(rows)
        total = self._prior.copy()
        np.add.at(total, shelf[rows], shares)
        self.usual = total / np.maximum(total.sum(axis=1, keepdims=True), 1e-9)

    def forget(self, rows: Bools) -> None:
        """Forget where tags were that are not there any more; they may come back elsewhere."""
        held = np.flatnonzero(rows & (self.reads > 0))
        self._last[held] = self.votes[held].argmax(axis=1)
        self.votes[held] = 0.0
        self.reads[held] = 0.0

    def column(self) -> Ints:
        """(N,) antenna with the most votes, the last one known for a tag that is gone."""
        return np.where(self.reads > 0, self.votes.argmax(axis=1), self._last)

    def posterior(self, rows: Ints) -> Floats:
        """(len(rows), S) probability of each shelf; rows sum to 1."""
        shares = self._shares(rows)
        fit = shares @ np.log(np.maximum(self.usual, 0.002)).T
        odds = TEMPER * self.reads[rows, None] * fit
        odds -= odds.max(axis=1, keepdims=True)
        chance = np.exp(odds)
        result: Floats = chance / chance.sum(axis=1, keepdims=True)
        return result

    def _shares(self, rows: Ints) -> Floats:
        votes = self.votes[rows]
        shares: Floats = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-12)
        return shares
