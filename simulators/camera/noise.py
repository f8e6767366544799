"""What a detector and a tracker would say of the true shop, without drawing it.

The figures were measured with the default person detector on drawn clips (two lanes; views along,
high and side; 3,600 frames' worth of people of 110 px and more): the median score falls with the
share of a body that is hidden; the logit of the score scatters with a standard deviation of 0.7, of
which half stays with a person and a third lives for seconds; a box ends where the visible body
ends at the bottom, less so at its sides. Recall at a threshold of .4 comes out as .89, .84, .66 and
.28 for nothing, less than 30 %, 30 to 60 % and more than 60 % hidden (on the real street scene of
PETS 2009 the same detector gives .94, .88, .57, .28).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections
from simulators.camera.occlusion import Appearance, Occlusion
from simulators.camera.projection import View
from simulators.scene.layout import Layout
from simulators.scene.truth import Snapshot

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """How a detector errs.

    Attributes:
        hidden: shares of a body hidden, rising, at which ``logit`` is given.
        logit: median of the logit of the score there.
        spread: standard deviation of the logit around it.
        lasting, passing: shares of its variance that stay with a person, and that live for
            ``passing_s``; the rest is new in each frame.
        small_px: people less tall lose ``small_logit`` for each halving.
        box_bias, box_jitter: standard deviation of a side of a box as a share of its height, for
            good and from frame to frame.
        double: chance that a person more than 15 % hidden, or with a cart, gives a second box.
        false_per_s: false people that appear a second; they stay for ``false_s`` on average.
        switch_hidden_s, switch_clear_s: mean time between two id switches of a tracker for people
            who are hidden and who are not.
        lost_s: a tracker forgets whom it did not see for so long.
    """

    hidden: tuple[float, ...] = (0.0, 0.15, 0.45, 0.8, 1.0)
    logit: tuple[float, ...] = (0.62, 0.48, -0.08, -0.95, -2.6)
    spread: float = 0.72
    lasting: float = 0.5
    passing: float = 0.32
    passing_s: float = 2.5
    small_px: float = 100.0
    small_logit: float = 1.0
    box_bias: float = 0.03
    box_jitter: float = 0.014
    double: float = 0.05
    false_per_s: float = 0.02
    false_s: float = 0.6
    switch_hidden_s: float = 45.0
    switch_clear_s: float = 400.0
    lost_s: float = 3.0


@dataclass(frozen=True, slots=True)
class NoisyTracks:
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
    ids: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    confirmed: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    since_s: Floats
    seen_s: Floats
    detection: NDArray[np.int64]


@dataclass(slots=True)
class _Luck:
    """How the detector likes one person, and for how long."""

    lasting: float
    passing: float
    bias: Floats
    t_s: float


@dataclass(slots=True)
class _Ghost:
    box: Floats
    until_s: float
    score: float


class NoisyDetector:
    """Says what a detector would find.

    Attributes:
        rng: the seeded source of chance.
    """

    def __init__(
        self, layout: Layout, view: View, seed: int = 0, settings: NoiseSettings | None = None
    ) -> None:
        self.settings = settings or NoiseSettings()
        self.view = view
        self._occlusion = Occlusion(layout, view)
        self.rng = np.random.default_rng([seed, 101])
        self._luck: dict[int, _Luck] = {}
        self._ghosts: list[_Ghost] = []
        self._t_s = -math.inf

    def detect(self, snapshot: Snapshot) -> Detections:
        """Give what a detector would find, of score .1 and more, best first."""
        return self.detect_people(snapshot)[0]

    def detect_people(self, snapshot: Snapshot) -> tuple[Detections, NDArray[np.int64], Appearance]:
        """As :meth:`detect`, with the true person of each detection (0: none) and appearances."""
        carts = {body.person for body in snapshot.bodies if body.look.cart}
        appearance = self._occlusion.look(snapshot.bodies)
        lucks = [self._luck_of(p, snapshot.t_s) for p in appearance.people.tolist()]
        scores = self._scores(appearance, lucks)
        boxes = self._boxes(appearance, lucks)
        people = appearance.people
        found = (scores >= 0.1) & (appearance.visible > 0.03)
        parts = [(boxes[found], scores[found], people[found])]
        hidden = 1.0 - appearance.visible
        burdened = (hidden > 0.15) | np.array(
            [person in carts for person in people.tolist()], np.bool_
        )
        doubled = found & burdened & (self.rng.random(len(people)) < self.settings.double)
        parts.append(self._doubles(boxes[doubled]))
        parts.append(self._false_people(snapshot.t_s))
        all_boxes = np.concatenate([p[0] for p in parts]).astype(np.float32)
        all_scores = np.concatenate([p[1] for p in parts]).astype(np.float32)
        all_people = np.concatenate([p[2] for p in parts])
        order = np.argsort(-all_scores, kind="stable")
        self._t_s = snapshot.t_s
        return Detections(all_boxes[order], all_scores[order]), all_people[order], appearance

    def _luck_of(self, person: int, t_s: float) -> _Luck:
        luck = self._luck.get(person)
        if luck is None:
            lasting, passing, *bias = self.rng.normal(size=6)
            luck = _Luck(lasting, passing, np.array(bias) * self.settings.box_bias, t_s)
            self._luck[person] = luck
            return luck
        keep = math.exp(-(t_s - luck.t_s) / self.settings.passing_s)
        luck.passing = keep * luck.passing + math.sqrt(1.0 - keep * keep) * self.rng.normal()
        luck.t_s = t_s
        return luck

    def _scores(self, appearance: Appearance, lucks: list[_Luck]) -> Floats:
        s, n = self.settings, len(lucks)
        logit = np.interp(1.0 - appearance.visible, s.hidden, s.logit)
        logit -= s.small_logit * np.log2(np.maximum(s.small_px / appearance.height_px, 1.0))
        luck = (
            math.sqrt(s.lasting) * np.array([luck.lasting for luck in lucks])
            + math.sqrt(s.passing) * np.array([luck.passing for luck in lucks])
            + math.sqrt(max(0.0, 1.0 - s.lasting - s.passing)) * self.rng.normal(size=n)
        )
        return np.asarray(1.0 / (1.0 + np.exp(-(logit + s.spread * luck))), np.float64)

    def _boxes(self, appearance: Appearance, lucks: list[_Luck]) -> Floats:
        """Boxes that follow what can be seen, and err."""
        s, full = self.settings, appearance.boxes
        seen = np.where(np.isnan(appearance.visible_boxes), full, appearance.visible_boxes)
        hidden = 1.0 - appearance.visible
        sides = np.where(hidden < 0.3, 0.8, np.where(hidden < 0.6, 0.6, 0.2))
        follow = np.column_stack([sides, sides, sides, np.full(len(hidden), 0.93)])
        boxes = full + (seen - full) * follow
        tall = (boxes[:, 3] - boxes[:, 1])[:, None]
        bias = np.array([luck.bias for luck in lucks]).reshape(-1, 4)
        boxes += tall * (bias + self.rng.normal(0.0, s.box_jitter, boxes.shape))
        limits = (self.view.width, self.view.height) * 2
        return np.asarray(np.clip(boxes, 0.0, np.array(limits, np.float64)), np.float64)

    def _doubles(self, boxes: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Second boxes on people: cut at the waist or wider by half."""
        n = len(boxes)
        doubles = boxes.copy()
        size = boxes[:, 2:] - boxes[:, :2]
        half = self.rng.random(n) < 0.5
        doubles[:, 3] -= np.where(half, 0.42, 0.0) * size[:, 1]
        doubles[:, 2] += np.where(half, 0.0, 0.6) * size[:, 0]
        return doubles, self.rng.uniform(0.2, 0.5, n), np.zeros(n, np.int64)

    def _false_people(self, t_s: float) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """People where nobody is, for a moment."""
        s, rng = self.settings, self.rng
        elapsed_s = min(max(t_s - self._t_s, 0.0), 10.0) if math.isfinite(self._t_s) else 0.0
        for _ in range(int(rng.poisson(s.false_per_s * elapsed_s))):
            x, y = (
                rng.uniform(0.05, 0.9) * self.view.width,
                rng.uniform(0.3, 0.7) * self.view.height,
            )
            tall = rng.uniform(0.15, 0.3) * self.view.height
            box = np.array([x, y, x + 0.4 * tall, y + tall])
            until_s = t_s + rng.exponential(s.false_s)
            self._ghosts.append(_Ghost(box, until_s, float(rng.uniform(0.2, 0.55))))
        self._ghosts = [ghost for ghost in self._ghosts if ghost.until_s >= t_s]
        boxes = np.array([ghost.box for ghost in self._ghosts]).reshape(-1, 4)
        scores = np.array([ghost.score for ghost in self._ghosts], np.float64)
        return boxes, scores, np.zeros(len(scores), np.int64)


@dataclass(slots=True)
class _Followed:
    number: int
    since_s: float
    seen_s: float
    box: NDArray[np.float32]
    score: float


@dataclass(slots=True)
class NoisyTracker:
    """Says whom a tracker would follow: true people, seen with misses, under ids that switch.

    Attributes:
        detector: finds the people.
        threshold: lowest score that counts as seen.
        confirm_s: an id counts from so long after its first sighting.
    """

    detector: NoisyDetector
    threshold: float = 0.4
    confirm_s: float = 0.5
    _followed: dict[int, _Followed] = field(default_factory=dict)
    _next: int = 1
    _t_s: float = -math.inf

    def track(self, snapshot: Snapshot) -> NoisyTracks:
        """Follow everybody to the moment of the snapshot."""
        t_s = snapshot.t_s
        found, people, appearance = self.detector.detect_people(snapshot)
        elapsed_s = t_s - self._t_s if math.isfinite(self._t_s) else 0.0
        hidden = dict(
            zip(appearance.people.tolist(), (1.0 - appearance.visible).tolist(), strict=True)
        )
        rows: dict[int, int] = {}
        for row, person in enumerate(people.tolist()):
            if person and found.scores[row] >= self.threshold:
                rows[person] = row
                self._see(person, row, found, t_s, hidden[person], elapsed_s)
        lost_s = self.detector.settings.lost_s
        self._followed = {p: f for p, f in self._followed.items() if t_s - f.seen_s <= lost_s}
        self._t_s = t_s
        return self._tracks(t_s, rows)

    def _see(
        self, person: int, row: int, found: Detections, t_s: float, hidden: float, elapsed_s: float
    ) -> None:
        s, rng = self.detector.settings, self.detector.rng
        followed = self._followed.get(person)
        mean_s = s.switch_hidden_s if hidden > 0.3 else s.switch_clear_s
        switched = followed is not None and rng.random() < -math.expm1(-elapsed_s / mean_s)
        if followed is None or switched:
            followed = _Followed(self._next, t_s, t_s, found.boxes[row], 0.0)
            self._next += 1
            self._followed[person] = followed
        followed.seen_s = t_s
        followed.box = found.boxes[row]
        followed.score = float(found.scores[row])

    def _tracks(self, t_s: float, rows: dict[int, int]) -> NoisyTracks:
        people = list(self._followed)
        followed = [self._followed[person] for person in people]
        since_s = np.array([f.since_s for f in followed], np.float64)
        return NoisyTracks(
            t_s,
            np.array([f.number for f in followed], np.int64),
            np.array([f.box for f in followed], np.float32).reshape(-1, 4),
            np.array([f.score for f in followed], np.float32),
            t_s - since_s >= self.confirm_s,
            np.array([person in rows for person in people], np.bool_),
            since_s,
            np.array([f.seen_s for f in followed], np.float64),
            np.array([rows.get(person, -1) for person in people], np.int64),
        )
