"""Detections of one camera → people followed over time.

Two-stage association (Zhang et al., "ByteTrack", ECCV 2022): sure detections first, then weak
ones for people already known. What is kept of a track that is not seen follows from the chance
that it still exists (Musicki, Evans, Stankovic, "Integrated probabilistic data association",
IEEE TAC 1994), in which missing somebody whom others hide says little and missing somebody in
plain sight says much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.association import motion_costs, overlap_costs, pairs, unmatched
from edge_agent.tracking.clutter import Clutter
from edge_agent.tracking.columns import Columns
from edge_agent.tracking.duplicates import shadows, twins
from edge_agent.tracking.existence import Existence
from edge_agent.tracking.looks import Looks
from edge_agent.tracking.motion import Floats, Motion, Rows
from edge_agent.tracking.overlap import hidden_share
from edge_agent.tracking.tracks import Tracks
from models.detections import Detections


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How to follow people. Times in seconds: nothing depends on the frame rate.

    Attributes:
        start_score: lowest score of a detection that can start a track.
        sure_score: who never scores so high counts only after walking.
        walked: so far, in heights.
        keep_score: lowest score of a detection that can go on with a track.
        gate: largest squared distance of a match, in variances over four coordinates.
        weak_overlap: lowest IoU of a weak detection with the person that it goes on with.
        weak_s: somebody unseen for longer is not found again by a weak detection.
        confirm_s: time between first and last sighting from which a track can count.
        confirm_hits: sightings from which a track can count.
    """

    start_score: float = 0.4
    sure_score: float = 0.52
    walked: float = 0.5
    walk_hits: int = 8
    doubt_s: float = 0.4
    twin_s: float = 1.2
    keep_score: float = 0.2
    gate: float = 25.0
    weak_overlap: float = 0.4
    weak_s: float = 1.0
    confirm_s: float = 0.3
    confirm_hits: int = 3


@dataclass(slots=True)
class _People(Columns):
    """N tracks; see Tracks for the columns that it has too.

    Attributes:
        hits: (N,) sightings.
        best: (N,) highest score of a detection.
        first: (N, 2) centre x and top y of the first sighting in pixels.
    """

    ids: NDArray[np.int64]
    scores: Floats
    since_s: Floats
    seen_s: Floats
    hits: NDArray[np.int64]
    best: Floats
    first: Floats
    twin_s: Floats
    confirmed: NDArray[np.bool_]

    @classmethod
    def begin(cls, ids: NDArray[np.int64], first: Floats, scores: Floats, t_s: float) -> _People:
        """New tracks ``ids`` of people just seen at ``first`` with ``scores``."""
        count = len(ids)
        times = np.full(count, t_s)
        return cls(
            ids,
            scores,
            times,
            times.copy(),
            np.ones(count, np.int64),
            scores.copy(),
            first,
            np.zeros(count),
            np.zeros(count, np.bool_),
        )


class Tracker:
    """Follows everybody seen by one camera."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._t_s: float | None = None
        self._next_id = 1
        self._motion = Motion.begin(np.empty((0, 4)))
        self._existence = Existence.begin(np.empty(0))
        self._clutter = Clutter.none()
        self._looks = Looks(np.empty((0, 24)))
        self._people = _People.begin(np.empty(0, np.int64), np.empty((0, 2)), np.empty(0), 0.0)

    def update(
        self,
        detections: Detections,
        t_s: float,
        frame_size: tuple[int, int] | None = None,
        looks: NDArray[np.float32] | None = None,
    ) -> Tracks:
        """Take in what was found in the frame of time ``t_s``.

        Args:
            detections: everything of score >= 0.1 or so; weak ones help.
            t_s: time of the frame in seconds, later than the last.
            frame_size: width and height in pixels; where known, people who walk out of the
                picture are let go at once.
            looks: (N, D) what each detected person looks like, such that the mean absolute
                difference of two sightings of one person is about 1; D never changes.

        Returns:
            Everybody followed now, unconfirmed tracks included.

        Raises:
            ValueError: when time goes backwards.
        """
        if self._t_s is not None and t_s < self._t_s:
            raise ValueError(f"t_s: expected {self._t_s} or later, found {t_s}")
        settings = self._settings
        dt_s = 0.0 if self._t_s is None else t_s - self._t_s
        self._t_s = t_s
        of = np.flatnonzero(detections.scores >= self._settings.keep_score)
        boxes = detections.boxes[of].astype(np.float64)
        scores = detections.scores[of].astype(np.float64)
        looks = None if looks is None else looks[of]
        self._motion.predict(dt_s, self._people.seen_s < t_s - dt_s)
        thing = self._clutter.covers(boxes) & (scores < self._settings.sure_score)
        self._shadow = shadows(boxes, scores)
        rows, columns = self._match(boxes, np.where(thing, 0.0, scores), looks, t_s)
        self._settle(rows, columns, boxes, scores, t_s, dt_s, frame_size)
        if looks is not None:
            clear = hidden_share(self._motion.boxes[rows], np.ones(len(rows), np.bool_)) < 0.2
            self._looks.learn(rows[clear], looks[columns[clear]], dt_s)
        found = np.full(len(self._people.ids), -1, np.int64)
        found[rows] = columns
        born = self._begin(columns, boxes, np.where(thing, 0.0, scores), t_s)
        if looks is not None:
            self._looks.append(Looks(looks[born].astype(np.float64)))
        nobodys = scores < self._settings.sure_score
        nobodys[columns[self._people.confirmed[rows]]] = False
        self._clutter.learn(boxes[nobodys], dt_s)
        found = np.concatenate([found, born])
        stay = self._existence.alive
        stay &= self._people.confirmed | (t_s - self._people.seen_s <= settings.doubt_s)
        people = self._people
        elder = (people.confirmed[None] & ~people.confirmed[:, None]) | (
            (people.confirmed[None] == people.confirmed[:, None])
            & (people.ids[None] < people.ids[:, None])
        )
        twin = twins(self._motion.boxes, elder)
        people.twin_s += np.where(twin, dt_s, -dt_s)
        np.maximum(people.twin_s, 0.0, out=people.twin_s)
        stay &= people.twin_s < settings.twin_s
        if not stay.all():
            for table in (self._motion, self._existence, self._people):
                table.keep(stay)
            if looks is not None:
                self._looks.keep(stay)
        found = np.where(found >= 0, of[found], -1) if len(of) else found
        return self._tracks(found[stay], t_s)

    def _match(
        self, boxes: Floats, scores: Floats, looks: NDArray[np.float32] | None, t_s: float
    ) -> tuple[Rows, Rows]:
        """Rows of tracks and of the detections that are theirs."""
        settings = self._settings
        sure = np.flatnonzero(scores >= settings.start_score)
        weak = np.flatnonzero((scores < settings.start_score) & (scores > 0.0))
        everybody = np.arange(len(self._people.ids))
        cost = motion_costs(self._motion, everybody, boxes[sure], settings.gate)
        cost = cost + np.where(self._people.confirmed, 0.0, 0.3)[:, None]
        if looks is not None:
            cost = cost + self._looks.costs(everybody, looks[sure])
        rows, columns = pairs(cost, 1e3)
        free = ~self._shadow[np.ix_(weak, sure[columns])].any(axis=1)
        weak = weak[free]
        columns = sure[columns]
        left = unmatched(len(self._people.ids), rows)
        left = left[t_s - self._people.seen_s[left] <= settings.weak_s]
        cost = overlap_costs(self._motion, left, boxes[weak])
        far = motion_costs(self._motion, left, boxes[weak], settings.gate) > 1e3
        cost = np.where(far, 9.0, cost)
        more_rows, more_columns = pairs(cost, 1.0 - settings.weak_overlap)
        return (
            np.concatenate([rows, left[more_rows]]),
            np.concatenate([columns, weak[more_columns]]),
        )

    def _settle(
        self,
        rows: Rows,
        columns: Rows,
        boxes: Floats,
        scores: Floats,
        t_s: float,
        dt_s: float,
        frame_size: tuple[int, int] | None,
    ) -> None:
        """Correct the tracks seen and weigh whether the others are still there."""
        self._motion.correct(rows, boxes[columns], scores[columns])
        self._people.scores[rows] = scores[columns]
        self._people.seen_s[rows] = t_s
        self._people.hits[rows] += ~self._shadow[np.ix_(columns, columns)].any(axis=1)
        self._people.best[rows] = np.maximum(self._people.best[rows], scores[columns])
        now = self._motion.boxes
        missed = unmatched(len(self._people.ids), rows)
        hidden = hidden_share(now, self._people.seen_s == t_s)
        self._existence.seen(rows, scores[columns], hidden[rows], dt_s)
        self._existence.missed(missed, hidden[missed], dt_s)
        if frame_size is not None:
            self._existence.left(missed, now[missed], frame_size, dt_s)
        self._confirm(t_s)

    def _confirm(self, t_s: float) -> None:
        """Let those count who are there for some time and are no thing.

        A thing that looks like a person scores low in every picture and does not walk.
        """
        settings, people = self._settings, self._people
        walked = np.abs(self._motion.place[:, :2] - people.first).max(axis=1)
        walked[people.seen_s < t_s] = 0.0
        person = (people.best >= settings.sure_score) | (
            (walked >= settings.walked * self._motion.place[:, 3])
            & (people.hits >= settings.walk_hits)
        )
        people.confirmed |= (
            self._existence.sure
            & person
            & (people.hits >= settings.confirm_hits)
            & (people.seen_s - people.since_s >= settings.confirm_s)
        )

    def _begin(self, taken: Rows, boxes: Floats, scores: Floats, t_s: float) -> NDArray[np.int64]:
        """Start a track of every sure detection that nobody took; gives their rows."""
        free = unmatched(len(scores), taken)
        free = free[scores[free] >= self._settings.start_score]
        free = free[~self._shadow[np.ix_(free, taken)].any(axis=1)]
        ids = self._next_id + np.arange(len(free))
        self._next_id += len(free)
        begun = Motion.begin(boxes[free])
        self._motion.append(begun)
        self._existence.append(Existence.begin(scores[free]))
        self._people.append(_People.begin(ids, begun.place[:, :2].copy(), scores[free], t_s))
        return free.astype(np.int64)

    def _tracks(self, found: NDArray[np.int64], t_s: float) -> Tracks:
        return Tracks(
            t_s,
            self._people.ids.copy(),
            self._motion.boxes.astype(np.float32),
            self._people.scores.astype(np.float32),
            self._people.confirmed & (self._existence.here | (found >= 0)),
            found >= 0,
            self._people.since_s.copy(),
            self._people.seen_s.copy(),
            found,
        )
