"""What a detector and a tracker would say of the true shop, without drawing it.

The figures were measured with the default person detector on drawn clips (two lanes; views along,
high and side; 3,600 frames' worth of people of 110 px and more): the median score falls with the
share of a body that is hidden; the logit of the score scatters with a standard deviation of 0.7, of
which half stays with a person and a third lives for seconds; a box ends where the visible body
ends at the bottom, less so at its sides. Recall at a threshold of .4 comes out as .89, .84, .66 and
.28 for nothing, less than 30 %, 30 to 60 % and more than 60 % hidden (on the real street scene of
PETS 2009 the same detector gives .94, .88, .57, .28).

Many moments are worked out at once; a tracker over them is in :mod:`simulators.camera.following`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections
from simulators.camera.occlusion import Appearance, Occlusion
from simulators.camera.projection import View
from simulators.scene.layout import Layout
from simulators.scene.truth import Snapshot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_GAP_S = 10.0
"""False people that came and went in a longer gap are not made up."""


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
class Guesses:
    """What a detector would find in some pictures; in each picture best first.

    Attributes:
        start: (T + 1,) rows ``start[t]`` to ``start[t + 1]`` belong to picture t.
        boxes: (N, 4) float32 x1 y1 x2 y2 in pixels.
        scores: (N,) float32, .1 and more.
        people: (N,) int64 the true person, 0 where there is none.
        hidden: (N,) float64 share of that person that others hide, 0..1.
    """

    start: Ints
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    people: Ints
    hidden: Floats


@dataclass(slots=True)
class _Luck:
    """How the detector likes one person: for good, and at ``t_s``."""

    lasting: float
    bias: Floats
    passing: float
    t_s: float


@dataclass(slots=True)
class _Ghost:
    box: Floats
    from_s: float
    until_s: float
    score: float


class NoisyDetector:
    """Says what a detector would find.

    Args:
        layout: the shop.
        view: where the camera hangs.
        seed: of chance.
        settings: how the detector errs.

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
        self._t_s = math.nan

    def detect(self, snapshot: Snapshot) -> Detections:
        """Give what a detector would find, of score .1 and more, best first."""
        found = self.guess([snapshot])
        return Detections(found.boxes, found.scores)

    def guess(self, snapshots: Sequence[Snapshot]) -> Guesses:
        """As :meth:`detect`, of many moments in the order of time, with who each one truly is."""
        times = np.array([snapshot.t_s for snapshot in snapshots])
        seen = self._occlusion.look_at_all([snapshot.bodies for snapshot in snapshots])
        carts = {b.person for snapshot in snapshots for b in snapshot.bodies if b.look.cart}
        lasting, bias, passing = self._lucks(seen, times)
        scores = self._scores(seen, lasting, passing)
        boxes = self._boxes(seen, bias)
        hidden = 1.0 - seen.visible
        found = (scores >= 0.1) & (seen.visible > 0.03)
        burdened = (hidden > 0.15) | np.isin(seen.people, list(carts))
        doubled = found & burdened & (self.rng.random(len(scores)) < self.settings.double)
        second = self._doubles(boxes[doubled])
        ghosts = self._false_people(times)
        nobody = np.zeros(len(second[1]) + len(ghosts[1]), np.int64)
        frames = np.concatenate([seen.frames[found], seen.frames[doubled], ghosts[2]])
        all_scores = np.concatenate([scores[found], second[1], ghosts[1]])
        order = np.lexsort((-all_scores, frames))
        return Guesses(
            np.searchsorted(frames[order], np.arange(len(times) + 1)),
            np.concatenate([boxes[found], second[0], ghosts[0]])[order].astype(np.float32),
            all_scores[order].astype(np.float32),
            np.concatenate([seen.people[found], nobody])[order],
            np.concatenate([hidden[found], np.zeros(len(nobody))])[order],
        )

    def _lucks(self, seen: Appearance, times: Floats) -> tuple[Floats, Floats, Floats]:
        """(N,) luck for good, (N, 4) bias of the sides, (N,) luck of the moment."""
        people, column = np.unique(seen.people, return_inverse=True)
        lucks = [self._luck_of(person, float(times[0])) for person in people.tolist()]
        steps = np.diff(times, prepend=times[:1])
        keep = np.repeat(np.exp(-steps / self.settings.passing_s)[:, None], len(people), axis=1)
        # Whoever was seen before comes with the luck of that moment.
        lost_s = times[0] - np.array([luck.t_s for luck in lucks])
        keep[0] = np.exp(-np.maximum(lost_s, 0.0) / self.settings.passing_s)
        news = np.sqrt(1.0 - keep**2) * self.rng.normal(size=keep.shape)
        now = np.array([luck.passing for luck in lucks])
        passing = np.empty_like(news)
        for t in range(len(times)):
            now = keep[t] * now + news[t]
            passing[t] = now
        for luck, value in zip(lucks, now.tolist(), strict=True):
            luck.passing, luck.t_s = value, float(times[-1])
        lasting = np.array([luck.lasting for luck in lucks])
        bias = np.array([luck.bias for luck in lucks]).reshape(-1, 4)
        return lasting[column], bias[column], passing[seen.frames, column]

    def _luck_of(self, person: int, t_s: float) -> _Luck:
        luck = self._luck.get(person)
        if luck is None:
            lasting, passing, *bias = self.rng.normal(size=6).tolist()
            luck = _Luck(lasting, np.array(bias) * self.settings.box_bias, passing, t_s)
            self._luck[person] = luck
        return luck

    def _scores(self, seen: Appearance, lasting: Floats, passing: Floats) -> Floats:
        s = self.settings
        logit = np.interp(1.0 - seen.visible, s.hidden, s.logit)
        logit -= s.small_logit * np.log2(np.maximum(s.small_px / seen.height_px, 1.0))
        luck = (
            math.sqrt(s.lasting) * lasting
            + math.sqrt(s.passing) * passing
            + math.sqrt(max(0.0, 1.0 - s.lasting - s.passing)) * self.rng.normal(size=len(lasting))
        )
        return np.asarray(1.0 / (1.0 + np.exp(-(logit + s.spread * luck))), np.float64)

    def _boxes(self, seen: Appearance, bias: Floats) -> Floats:
        """Boxes that follow what can be seen, and err."""
        s, full = self.settings, seen.boxes
        visible = np.where(np.isnan(seen.visible_boxes), full, seen.visible_boxes)
        hidden = 1.0 - seen.visible
        sides = np.where(hidden < 0.3, 0.8, np.where(hidden < 0.6, 0.6, 0.2))
        follow = np.column_stack([sides, sides, sides, np.full(len(hidden), 0.93)])
        boxes = full + (visible - full) * follow
        tall = (boxes[:, 3] - boxes[:, 1])[:, None]
        boxes += tall * (bias + self.rng.normal(0.0, s.box_jitter, boxes.shape))
        limits = (self.view.width, self.view.height) * 2
        return np.asarray(np.clip(boxes, 0.0, np.array(limits, np.float64)), np.float64)

    def _doubles(self, boxes: Floats) -> tuple[Floats, Floats]:
        """Second boxes on people, cut at the waist or wider by half, and their scores."""
        n = len(boxes)
        doubles = boxes.copy()
        size = boxes[:, 2:] - boxes[:, :2]
        half = self.rng.random(n) < 0.5
        doubles[:, 3] -= np.where(half, 0.42, 0.0) * size[:, 1]
        doubles[:, 2] += np.where(half, 0.0, 0.6) * size[:, 0]
        return doubles, self.rng.uniform(0.2, 0.5, n)

    def _false_people(self, times: Floats) -> tuple[Floats, Floats, Ints]:
        """People where nobody is, for a moment: boxes, scores, and in which pictures."""
        self._appear(times)
        boxes = np.array([ghost.box for ghost in self._ghosts]).reshape(-1, 4)
        scores = np.array([ghost.score for ghost in self._ghosts], np.float64)
        spans = np.array([(g.from_s, g.until_s) for g in self._ghosts]).reshape(-1, 2)
        there = (spans[:, 0] <= times[:, None]) & (times[:, None] <= spans[:, 1])
        frames, which = np.nonzero(there)
        self._ghosts = [ghost for ghost in self._ghosts if ghost.until_s >= times[-1]]
        return boxes[which], scores[which], frames

    def _appear(self, times: Floats) -> None:
        """Let false people appear at some of the moments."""
        s, rng = self.settings, self.rng
        steps = np.diff(times, prepend=times[0] if math.isnan(self._t_s) else self._t_s)
        self._t_s = float(times[-1])
        new = rng.poisson(s.false_per_s * np.clip(steps, 0.0, MOST_GAP_S))
        for t_s in np.repeat(times, new).tolist():
            x = rng.uniform(0.05, 0.9) * self.view.width
            y = rng.uniform(0.3, 0.7) * self.view.height
            tall = rng.uniform(0.15, 0.3) * self.view.height
            box = np.array([x, y, x + 0.4 * tall, y + tall])
            until_s = t_s + rng.exponential(s.false_s)
            self._ghosts.append(_Ghost(box, t_s, until_s, float(rng.uniform(0.2, 0.55))))
