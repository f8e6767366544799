"""Whom a tracker would follow on what :mod:`simulators.camera.noise` says of the true shop.

True people, seen with the misses of the detector, under ids that switch now and then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.camera.noise import Floats, Guesses, Ints, NoisyDetector
from simulators.scene.truth import Snapshot

Bools = NDArray[np.bool_]


class NoisyTracks(NamedTuple):
    """People as a tracker would follow them; the fields of the tracker's own ``Tracks``.

    Attributes:
        t_s: time in seconds.
        ids: (N,) int64, never used again after a switch.
        boxes: (N, 4) float32 pixels.
        scores: (N,) float32.
        confirmed: (N,) bool.
        seen: (N,) bool, found in this frame.
        since_s: (N,) float64 first sighting of the id.
        seen_s: (N,) float64 last sighting.
        detection: (N,) int64, row in the detections of the frame, else -1.
    """

    t_s: float
    ids: Ints
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    confirmed: Bools
    seen: Bools
    since_s: Floats
    seen_s: Floats
    detection: Ints


@dataclass(frozen=True, slots=True)
class _Sightings:
    """Rows that somebody was seen in; those of an earlier batch come first."""

    people: Ints
    t_s: Floats
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Before:
    """Everybody followed at the end of a batch; row i of everything is the same person."""

    sightings: _Sightings
    ids: Ints
    since_s: Floats

    @classmethod
    def nobody(cls) -> _Before:
        """Before the first batch."""
        none, never = np.empty(0, np.int64), np.empty(0)
        boxes = np.empty((0, 4), np.float32)
        return cls(_Sightings(none, never, boxes, np.empty(0, np.float32)), none, never)


@dataclass(slots=True)
class NoisyTracker:
    """Says whom a tracker would follow.

    Attributes:
        detector: finds the people.
        threshold: lowest score that counts as seen; that from which the tracker of a camera that
            watches queues starts a track.
        confirm_s: an id counts from so long after its first sighting.
    """

    detector: NoisyDetector
    threshold: float = 0.32
    confirm_s: float = 0.5
    _before: _Before = field(default_factory=_Before.nobody)
    _next: int = 1
    _t_s: float = math.nan

    def track(self, snapshot: Snapshot) -> NoisyTracks:
        """Follow everybody to the moment of the snapshot."""
        (tracks,) = self.follow([snapshot])
        return tracks

    def follow(self, snapshots: Sequence[Snapshot]) -> Iterator[NoisyTracks]:
        """Follow everybody through many moments, given in the order of time."""
        found = self.detector.guess(snapshots)
        times = np.array([snapshot.t_s for snapshot in snapshots])
        rows = np.flatnonzero((found.people > 0) & (found.scores >= self.threshold))
        moment = np.searchsorted(found.start, rows, side="right") - 1
        book = self._book(found, rows, times[moment])
        earlier = len(book.people) - len(rows)
        people, column = np.unique(book.people, return_inverse=True)
        # Moment 0 is the end of the batch before. At each: the row of whom is seen, else -1.
        sighting = np.full((len(times) + 1, len(people)), -1)
        sighting[np.concatenate([np.zeros(earlier, np.int64), moment + 1]), column] = np.arange(
            len(book.people)
        )
        last = np.maximum.accumulate(sighting, axis=0)
        alive = last >= 0
        alive[1:] &= times[:, None] - book.t_s[last[1:]] <= self.detector.settings.lost_s
        begun = np.zeros(sighting.shape, np.bool_)
        begun[moment + 1, column[earlier:]] = self._switched(times, moment, found.hidden[rows])
        begun[1:] |= (sighting[1:] >= 0) & ~alive[:-1]
        ids, since_s = self._numbers(begun, column[:earlier], times)
        end = np.flatnonzero(alive[-1])
        kept = last[-1, end]
        self._before = _Before(
            _Sightings(book.people[kept], book.t_s[kept], book.boxes[kept], book.scores[kept]),
            ids[-1, end],
            since_s[-1, end],
        )
        self._t_s = float(times[-1])
        at, who = np.nonzero(alive[1:])
        flat, now = last[at + 1, who], sighting[at + 1, who]
        since_s = since_s[at + 1, who]
        whole = NoisyTracks(
            math.nan,
            ids[at + 1, who],
            book.boxes[flat],
            book.scores[flat],
            times[at] - since_s >= self.confirm_s,
            now >= 0,
            since_s,
            book.t_s[flat],
            np.where(
                now >= 0, np.concatenate([np.full(earlier, -1), rows])[now] - found.start[at], -1
            ),
        )
        yield from _cut(whole, times, np.searchsorted(at, np.arange(len(times) + 1)))

    def _book(self, found: Guesses, rows: Ints, t_s: Floats) -> _Sightings:
        """Every sighting that matters, those of the batch before first."""
        old = self._before.sightings
        return _Sightings(
            np.concatenate([old.people, found.people[rows]]),
            np.concatenate([old.t_s, t_s]),
            np.concatenate([old.boxes, found.boxes[rows]]),
            np.concatenate([old.scores, found.scores[rows]]),
        )

    def _switched(self, times: Floats, moment: Ints, hidden: Floats) -> Bools:
        """At which sightings (N,) a tracker takes somebody for somebody new."""
        settings, rng = self.detector.settings, self.detector.rng
        steps = np.diff(times, prepend=times[0] if math.isnan(self._t_s) else self._t_s)
        mean_s = np.where(hidden > 0.3, settings.switch_hidden_s, settings.switch_clear_s)
        return np.asarray(rng.random(len(moment)) < -np.expm1(-steps[moment] / mean_s))

    def _numbers(self, begun: Bools, known: Ints, times: Floats) -> tuple[Ints, Floats]:
        """Id and its first sighting, both (T + 1, P), from where ids begin (T + 1, P).

        Args:
            begun: at which moment a person's id is a new one.
            known: columns of the people of the batch before.
            times: (T,) moments.
        """
        at, who = np.nonzero(begun)
        number = np.full(begun.shape, -1)
        number[0, known] = np.arange(len(known))
        number[at, who] = len(known) + np.arange(len(at))
        number = np.maximum.accumulate(number, axis=0)
        ids = np.concatenate([self._before.ids, self._next + np.arange(len(at))])
        since_s = np.concatenate([self._before.since_s, times[at - 1]])
        self._next += len(at)
        return ids[number], since_s[number]


def _cut(whole: NoisyTracks, times: Floats, start: Ints) -> Iterator[NoisyTracks]:
    """One moment after the other."""
    bounds = start.tolist()
    for t_s, low, high in zip(times.tolist(), bounds[:-1], bounds[1:], strict=True):
        own = slice(low, high)
        yield NoisyTracks(
            t_s,
            whole.ids[own],
            whole.boxes[own],
            whole.scores[own],
            whole.confirmed[own],
            whole.seen[own],
            whole.since_s[own],
            whole.seen_s[own],
            whole.detection[own],
        )
