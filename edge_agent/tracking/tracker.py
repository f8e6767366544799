"""Detections of one camera → people followed over time.

Two-stage association (Zhang et al., "ByteTrack", ECCV 2022): sure detections first, then weak
ones for people already known. What is kept of a track that is not seen follows from the chance
that it still exists (Musicki, Evans, Stankovic, "Integrated probabilistic data association",
IEEE TAC 1994), in which missing somebody whom others hide says little and missing somebody in
plain sight says much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.association import motion_costs, overlap_costs, pairs, unmatched
from edge_agent.tracking.clutter import Clutter
from edge_agent.tracking.duplicates import twins
from edge_agent.tracking.existence import Existence
from edge_agent.tracking.looks import Looks
from edge_agent.tracking.motion import Bools, Motion, Rows
from edge_agent.tracking.overlap import areas, hidden_share, intersections
from edge_agent.tracking.register import Register
from edge_agent.tracking.sightings import Sightings
from edge_agent.tracking.tracks import Tracks
from models.detections import Detections

_UNPROVEN = 0.6
"""An unconfirmed track gives way to a confirmed one that fits nearly as well."""
_FRAMES = 3.5
"""However few frames there are, missing two or three is forgiven."""
_UNDISTURBED = 0.2
"""Of whom others cover less than this share, the looks are learned."""
_IN_SIGHT, _HALF_HIDDEN = 0.1, 0.3
"""Of whom others cover less, or more, is in plain sight, or half hidden."""
_SAME_DEPTH = 0.06
"""Of two whose feet are so near in depth (heights) either may hide the other: the detector draws
one box around both, and where the unseen one is expected is a guess."""
_OF_USUAL, _LEAST_SURE = 0.65, 0.3
"""Somebody in plain sight scores this share of what people score in this view, and never less."""
_FIRST_USUAL, _USUAL_S = 0.75, 20.0
"""What people score before any was seen, and how many seconds of one it takes to learn it."""


_QUEUE_MARGIN = -0.08
"""``start_margin`` and ``strong_margin`` of a camera that watches queues."""
_QUEUE_CROWD_MARGIN, _QUEUE_CROWD_COVER = 0.2, 0.7
"""``crowd_margin`` and ``crowd_cover`` of such a camera."""
_QUEUE_USUAL_HIDDEN = 0.2
"""``usual_hidden`` of such a camera: behind people in line there are halves of them to be seen."""
_QUEUE_WEAK_S = 1.5
"""``weak_s`` of such a camera: who stands still and scores low for a second is still there."""


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How to follow people. Times in seconds: nothing depends on the frame rate.

    Attributes:
        threshold: score from which a detection is rather a person than not.
        start_margin: who scores so much above ``threshold`` can start a track; below zero where
            people stand in queues, of whom half are half hidden.
        strong_margin: who scores so much above ``threshold`` is matched first.
        crowd_margin: who scores so much above ``threshold`` can start a track that lies mostly on
            somebody known; a weaker box there is more often a second one on that person, or on
            half of it and half of the next, than somebody new.
        crowd_cover: share of a box on somebody known from which it lies mostly there.
        keep_score: lowest score of a detection that can go on with a track.
        sure_margin: who never scores so much above ``threshold`` counts only after walking,
            since things that look like people score low in every picture and do not walk.
        hidden_score: the same for somebody half hidden by another: people who stand behind
            others score low, and things seldom stand just there.
        usual_hidden: score of somebody half hidden that says neither that it is a person nor that
            it is none.
        walk: how far one has to walk for that, in heights.
        walk_hits: sightings that one needs for that.
        confirm_hits: sightings from which a track can count.
        confirm_s: time between first and last sighting from which a track can count.
        doubt_s: an unconfirmed track that is unseen for longer is forgotten.
        twin_s: a track that lies on an older one for longer is a second box on the same person.
        gate: largest squared distance of a match, in variances over four coordinates.
        weak_overlap: lowest IoU of a weak detection with the person that it goes on with.
        weak_s: somebody unseen for longer is not found again by a weak detection.
    """

    threshold: float = 0.4
    start_margin: float = 0.05
    strong_margin: float = 0.1
    crowd_margin: float = 0.1
    crowd_cover: float = 0.4
    keep_score: float = 0.25
    sure_margin: float = 0.12
    hidden_score: float = 0.25
    usual_hidden: float = 0.1
    walk: float = 0.5
    walk_hits: int = 8
    confirm_hits: int = 3
    confirm_s: float = 0.3
    doubt_s: float = 0.4
    twin_s: float = 1.2
    gate: float = 25.0
    weak_overlap: float = 0.4
    weak_s: float = 0.5

    def for_queues(self) -> TrackerSettings:
        """Give the same for a camera that watches queues, where people stand and hide others."""
        return replace(
            self,
            start_margin=_QUEUE_MARGIN,
            strong_margin=_QUEUE_MARGIN,
            crowd_margin=_QUEUE_CROWD_MARGIN,
            crowd_cover=_QUEUE_CROWD_COVER,
            usual_hidden=_QUEUE_USUAL_HIDDEN,
            weak_s=_QUEUE_WEAK_S,
        )


class Tracker:
    """Follows everybody seen by one camera.

    Args:
        settings: how.
    """

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._start_score = self._settings.threshold + self._settings.start_margin
        self._strong_score = self._settings.threshold + self._settings.strong_margin
        self._crowd_score = self._settings.threshold + self._settings.crowd_margin
        self._sure_score = self._settings.threshold + self._settings.sure_margin
        self._t_s: float | None = None
        self._next_id = 1
        self._clutter = Clutter.none()
        self._motion = Motion.begin(np.empty((0, 4)))
        self._existence = Existence.begin(np.empty(0))
        self._looks: Looks | None = None
        self._register = Register.empty()
        self._hidden = np.empty(0)
        self._usual_score = _FIRST_USUAL

    def update(
        self,
        detections: Detections,
        t_s: float,
        frame_size: tuple[int, int] | None = None,
        looks: NDArray[np.float32] | None = None,
        likely: NDArray[np.bool_] | None = None,
    ) -> Tracks:
        """Take in what was found in the frame of time ``t_s``.

        Args:
            detections: everything of score >= 0.1 or so; weak ones help.
            t_s: time of the frame in seconds, not before the last.
            frame_size: width and height in pixels; where known, people who walk out of the
                picture are let go at once.
            looks: (N, D) what each detected person looks like, such that the mean absolute
                difference of two sightings of one person is about 1; D never changes.
            likely: (N,) who stands where most of the time somebody stands, as at a till: less
                evidence is enough for them.

        Returns:
            Everybody followed now, unconfirmed tracks included.

        Raises:
            ValueError: when time goes backwards.
        """
        if self._t_s is not None and t_s < self._t_s:
            raise ValueError(f"t_s: expected {self._t_s} or later, found {t_s}")
        dt_s = 0.0 if self._t_s is None else t_s - self._t_s
        self._t_s = t_s
        seen = Sightings.of(detections, looks, self._settings.keep_score, likely)
        self._motion.predict(dt_s, self._register.seen_s < t_s - dt_s)
        thing = self._clutter.covers(seen.boxes) & (seen.evidence < self._sure_score)
        rows, columns = self._match(seen, thing, t_s, dt_s)
        self._settle(seen, rows, columns, t_s, dt_s, frame_size)
        self._confirm(t_s, dt_s)
        self._learn_clutter(seen, dt_s)
        born = self._begin(seen, thing, columns, t_s)
        found = np.full(len(self._register.ids), -1, np.int64)
        found[rows] = seen.rows[columns]
        found[len(found) - len(born) :] = seen.rows[born]
        stay = self._staying(t_s, dt_s)
        self._keep(stay)
        return self._tracks(found[stay], t_s)

    def _match(self, seen: Sightings, thing: Bools, t_s: float, dt_s: float) -> tuple[Rows, Rows]:
        """Rows of tracks and of the sightings that are theirs."""
        settings = self._settings
        strong = seen.evidence >= self._strong_score
        sure = np.flatnonzero(strong & ~thing)
        cost = motion_costs(self._motion, seen.boxes[sure], settings.gate)
        cost += np.where(self._register.confirmed, 0.0, _UNPROVEN)[:, None]
        if self._looks is not None:
            cost += self._looks.costs(seen.looks[sure])
        rows, columns = pairs(cost)
        columns = sure[columns]
        weak = np.flatnonzero(~strong & ~thing & seen.clear_of(columns))
        left = unmatched(len(self._register.ids), rows)
        patience_s = max(settings.weak_s, _FRAMES * dt_s)
        left = left[t_s - self._register.seen_s[left] <= patience_s]
        cost = overlap_costs(self._motion, left, seen.boxes[weak], settings.gate)
        more_rows, more_columns = pairs(cost, 1.0 - settings.weak_overlap)
        return (
            np.concatenate([rows, left[more_rows]]),
            np.concatenate([columns, weak[more_columns]]),
        )

    def _settle(
        self,
        seen: Sightings,
        rows: Rows,
        columns: Rows,
        t_s: float,
        dt_s: float,
        frame_size: tuple[int, int] | None,
    ) -> None:
        """Correct the tracks seen and weigh whether the others are still there."""
        register, scores = self._register, seen.scores[columns]
        evidence = seen.evidence[columns]
        self._motion.correct(rows, seen.boxes[columns], scores)
        register.scores[rows] = scores
        register.best[rows] = np.maximum(register.best[rows], evidence)
        register.seen_s[rows] = t_s
        own = seen.clear_of(columns)[columns] & (register.twin_s[rows] == 0.0)
        register.likely[:] = False
        register.likely[rows] = seen.likely[columns]
        register.hits[rows] += own | register.likely[rows]
        boxes = self._motion.boxes
        hidden = self._hidden = hidden_share(boxes, register.seen_s == t_s, _SAME_DEPTH)
        missed = unmatched(len(register.ids), rows)
        self._existence.seen(rows, evidence, hidden[rows], dt_s, self._settings.usual_hidden)
        self._existence.missed(missed, hidden[missed], dt_s)
        if frame_size is not None:
            self._existence.left(missed, boxes[missed], frame_size, dt_s)
        if self._looks is not None:
            clear = hidden[rows] < _UNDISTURBED
            self._looks.learn(rows[clear], seen.looks[columns[clear]], dt_s)

    def _confirm(self, t_s: float, dt_s: float) -> None:
        """Let those count who are there for some time and are no thing."""
        settings, register = self._settings, self._register
        path = np.abs(self._motion.place[:, :2] - register.began).max(axis=1)
        walks = (path >= settings.walk * self._motion.place[:, 3]) & (
            register.hits >= settings.walk_hits
        )
        self._learn_usual(walks, t_s, dt_s)
        needed = np.where(self._hidden > _HALF_HIDDEN, settings.hidden_score, self._needed_score)
        register.confirmed |= (
            self._existence.sure
            & (walks | (register.best >= needed))
            & (register.seen_s == t_s)
            & (register.twin_s == 0.0)
            & (register.hits >= settings.confirm_hits)
            & (register.seen_s - register.since_s >= settings.confirm_s)
        )

    @property
    def _needed_score(self) -> float:
        """Best score without which somebody in plain sight counts only after walking."""
        return min(self._sure_score, max(_LEAST_SURE, _OF_USUAL * self._usual_score))

    def _learn_usual(self, walks: Bools, t_s: float, dt_s: float) -> None:
        """Learn from those who walk in plain sight what people score in this view."""
        register = self._register
        plain = walks & (self._hidden < _IN_SIGHT) & register.confirmed & (register.seen_s == t_s)
        if plain.any():
            step = 1.0 - np.exp(-dt_s * plain.sum() / _USUAL_S)
            self._usual_score += step * (float(register.scores[plain].mean()) - self._usual_score)

    def _learn_clutter(self, seen: Sightings, dt_s: float) -> None:
        """Who stands half behind somebody scores low as well, so only what stands alone teaches."""
        nobodys = seen.evidence < self._sure_score
        people = self._motion.boxes[self._register.confirmed]
        if len(people) and len(seen.boxes):
            nobodys &= ~(intersections(seen.boxes, people) > 0.0).any(axis=1)
        self._clutter.learn(seen.boxes[nobodys], dt_s)

    def _begin(self, seen: Sightings, thing: Bools, taken: Rows, t_s: float) -> Rows:
        """Start a track of every sure sighting that nobody took; gives their rows."""
        free = (seen.evidence >= self._start_score) & ~thing & seen.clear_of(taken)
        free &= (seen.scores >= self._crowd_score) | ~self._crowded(seen)
        free[taken] = False
        born = np.flatnonzero(free)
        ids = self._next_id + np.arange(len(born))
        self._next_id += len(born)
        if self._looks is None:
            self._looks = Looks(np.empty((0, seen.looks.shape[1])))
        if len(born):
            motion = Motion.begin(seen.boxes[born])
            scores, evidence = seen.scores[born], seen.evidence[born]
            self._motion.append(motion)
            self._existence.append(Existence.begin(evidence))
            self._looks.append(Looks(seen.looks[born]))
            self._register.append(Register.begin(ids, scores, evidence, motion.place[:, :2], t_s))
        return born

    def _crowded(self, seen: Sightings) -> Bools:
        """(M,) which sightings lie mostly on somebody who counts."""
        people = self._motion.boxes[self._register.confirmed]
        if not len(people) or not len(seen.boxes):
            return np.zeros(len(seen.boxes), np.bool_)
        share = intersections(seen.boxes, people).max(axis=1) / np.maximum(areas(seen.boxes), 1e-9)
        return np.asarray(share > self._settings.crowd_cover)

    def _staying(self, t_s: float, dt_s: float) -> Bools:
        """(N,) which tracks are probably people who are there, and no second of one."""
        register = self._register
        # The best box at a till is whoever stands there, however near the next one in line.
        twin = twins(self._motion.boxes, register.elders()) & ~register.likely
        register.twin_s = np.maximum(register.twin_s + np.where(twin, dt_s, -dt_s), 0.0)
        patience_s = max(self._settings.doubt_s, _FRAMES * dt_s)
        proven = register.confirmed | (t_s - register.seen_s <= patience_s)
        return self._existence.alive & proven & (register.twin_s < self._settings.twin_s)

    def _keep(self, stay: Bools) -> None:
        if not stay.all():
            for table in (self._motion, self._existence, self._looks, self._register):
                if table is not None:
                    table.keep(stay)

    def _tracks(self, found: NDArray[np.int64], t_s: float) -> Tracks:
        register, seen = self._register, found >= 0
        return Tracks(
            t_s,
            register.ids.copy(),
            self._motion.boxes.astype(np.float32),
            register.scores.astype(np.float32),
            register.confirmed & (seen | self._existence.here),
            seen,
            register.since_s.copy(),
            register.seen_s.copy(),
            found,
        )
