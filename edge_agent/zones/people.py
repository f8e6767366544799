"""Which tracks are the same person: mends an id switch where the person stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.hysteresis import Stays
from edge_agent.zones.lines import Sides

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ids = NDArray[np.int64]
Rows = NDArray[np.intp]

KEEP_S = 2.0
"""Somebody gone for longer is not taken up by a new track."""
_CONFIRMING_S = 2.0
"""A new track may take so long until it counts."""
_REACH = 0.4
"""A new track that began this near (heights of the person) may be the one just lost."""
_WALK_HZ = 0.8
"""Heights a second that people walk."""
_SIZE = 1.35
"""Heights of one person differ by less than this factor from sighting to sighting."""


@dataclass(slots=True)
class Known(Columns):
    """P people seen lately.

    Attributes:
        ids: who they are.
        tracks: the track that they are now.
        counted: whether they count: a confirmed track was theirs.
        seen: whether they were seen in this frame.
        seen_s: when they were last seen.
        began: (P, 2) where the track that they are now was first seen.
        feet: (P, 2) where they were last seen.
        heights: their heights, in the unit of the feet.
    """

    ids: Ids
    tracks: Ids
    counted: Bools
    seen: Bools
    seen_s: Floats
    began: Floats
    feet: Floats
    heights: Floats

    @classmethod
    def begin(cls, ids: Ids, tracks: Ids, feet: Floats, heights: Floats) -> Known:
        """People who are new and do not count yet."""
        no = np.zeros(len(ids), np.bool_)
        never = np.full(len(ids), -np.inf)
        return cls(ids, tracks, no, no.copy(), never, feet, feet.copy(), heights)


class People:
    """Everybody seen lately and where they are; row i of every table is the same person.

    Attributes:
        known: who they are.
        stays: in which of Z zones they are.
        sides: on which sides of L lines they are.
    """

    def __init__(self, zones: int, lines: int) -> None:
        nobody = np.empty(0, np.int64)
        self.known = Known.begin(nobody, nobody, np.empty((0, 2)), np.empty(0))
        self.stays = Stays.nobody(0, zones)
        self.sides = Sides.nobody(0, lines)
        self._shape = (zones, lines)
        self._replaced: dict[int, int] = {}
        # Rows of the last tracks; whether they are all rows, in their order.
        self._tracks: Ids = nobody
        self._rows: Rows = np.empty(0, np.intp)
        self._in_order = True

    def recognise(self, tracks: Tracks, feet: Floats, heights: Floats) -> Rows:
        """Bring the tables up to date.

        Args:
            tracks: everybody followed now.
            feet: (N, 2) where they stand.
            heights: (N,) their heights in the same unit.

        Returns:
            (N,) row of each track, -1 of one whose person goes on as another track.
        """
        known = self.known
        rows = self._match(tracks, feet, heights)
        if self._in_order:
            known.seen, known.seen_s = tracks.seen.copy(), tracks.seen_s.copy()
            np.copyto(known.feet, feet, where=tracks.seen[:, None])
            np.copyto(known.heights, heights, where=tracks.seen)
            new = tracks.confirmed > known.counted
        else:
            here = rows >= 0
            seen = tracks.seen & here
            known.seen[:] = False
            known.seen[rows[seen]] = True
            known.seen_s[rows[here]] = tracks.seen_s[here]
            known.feet[rows[seen]] = feet[seen]
            known.heights[rows[seen]] = heights[seen]
            new = here & tracks.confirmed & ~known.counted[rows]
        if np.count_nonzero(new):
            for track in new.nonzero()[0]:
                self._count(int(tracks.ids[track]), float(tracks.since_s[track]))
            rows = self._find(tracks)
        return rows

    def _match(self, tracks: Tracks, feet: Floats, heights: Floats) -> Rows:
        """Add who is new and drop who is gone; arguments and result as in :meth:`recognise`."""
        known, rows = self.known, self._rows
        same = not self._replaced and np.array_equal(tracks.ids, self._tracks)
        if same and len(rows) == len(known.tracks):
            return rows
        ids = self._identities(tracks)
        rows = rows if same else find(known.tracks, tracks.ids)
        fresh = ((rows < 0) & (ids >= 0)).nonzero()[0]
        stay = known.counted & (tracks.t_s - known.seen_s <= KEEP_S + _CONFIRMING_S)
        stay[rows[rows >= 0]] = True
        gone = np.count_nonzero(stay) < len(stay)
        if gone:
            self._keep(stay)
        if len(fresh):
            self._append(Known.begin(ids[fresh], tracks.ids[fresh], feet[fresh], heights[fresh]))
        return self._find(tracks)

    def _find(self, tracks: Tracks) -> Rows:
        """Rows of the tracks in the tables as they are now, kept for as long as both stay."""
        self._tracks, self._rows = tracks.ids, find(self.known.tracks, tracks.ids)
        self._in_order = np.array_equal(self._rows, np.arange(len(self.known.tracks)))
        return self._rows

    def _identities(self, tracks: Tracks) -> Ids:
        """(N,) who each track is if it is new: -1 if its person already goes on as another.

        A track that was taken for gone and comes back is somebody else after all; the id of the
        track that took its place is free for it.
        """
        ids = tracks.ids.copy()
        if self._replaced:
            here = set(tracks.ids.tolist())
            self._replaced = {t: by for t, by in self._replaced.items() if t in here}
            for row, track in enumerate(tracks.ids.tolist()):
                if track in self._replaced:
                    ids[row] = self._replaced.pop(track) if tracks.seen[row] else -1
        return ids

    def _count(self, track: int, since_s: float) -> None:
        """A track was confirmed: it is somebody lost before, or somebody new."""
        known = self.known
        row = int(np.flatnonzero(known.tracks == track)[0])
        known.counted[row] = True
        before = self._predecessor(row, since_s)
        if before is None:
            return
        self._replaced[int(known.tracks[before])] = int(known.ids[row])
        known.ids[row] = known.ids[before]
        order = np.arange(len(known.ids))
        order[row] = before
        self.stays.keep(order)
        self.sides.keep(order)
        self._keep(np.arange(len(order)) != before)

    def _predecessor(self, row: int, since_s: float) -> int | None:
        """Row of the person who goes on as ``row``, whose track was first seen at ``since_s``.

        That is the nearest person who counted, was not seen since, and can have walked to where
        the track began.
        """
        known = self.known
        gap_s = since_s - known.seen_s
        height = known.heights[row]
        away = np.linalg.norm(known.feet - known.began[row], axis=1) / height
        ratio = known.heights / height
        fits = (
            known.counted
            & (gap_s > 0)
            & (gap_s <= KEEP_S)
            & (away <= _REACH + _WALK_HZ * np.maximum(gap_s, 0.0))
            & (ratio < _SIZE)
            & (ratio > 1 / _SIZE)
        )
        if not fits.any():
            return None
        return int(np.where(fits, away + gap_s, np.inf).argmin())

    def _keep(self, rows: Bools) -> None:
        for table in (self.known, self.stays, self.sides):
            table.keep(rows)

    def _append(self, new: Known) -> None:
        zones, lines = self._shape
        self.known.append(new)
        self.stays.append(Stays.nobody(len(new.ids), zones))
        self.sides.append(Sides.nobody(len(new.ids), lines))


def find(ids: Ids, wanted: Ids) -> Rows:
    """(N,) row in ``ids`` of each of ``wanted`` (N,), -1 where it is not there."""
    if not len(ids):
        return np.full(len(wanted), -1, np.intp)
    order = ids.argsort()
    place = order[np.minimum(ids.searchsorted(wanted, sorter=order), len(ids) - 1)]
    return np.where(ids[place] == wanted, place, -1)
