"""A line is crossed a thousand times by people who tremble, stop on it and change their track."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest

from edge_agent.config import LineZone
from edge_agent.tracking.tracks import Tracks
from edge_agent.zones.presence import Direction
from edge_agent.zones.zones import Zones

SIZE = (1280, 720)
HEIGHT = 0.25
ROW = 0.6
"""The line lies across the picture at this row."""
WAYS = 8
"""People who walk at a time, each on an own way, far enough apart not to be mixed up."""


@dataclass
class Walker:
    """Goes over the line and back, again and again, with a rest now and then, also on the line."""

    rng: np.random.Generator
    x: float
    track: int
    row: float = 0.4
    goal: float = 0.8
    rest_s: float = 0.0
    since_s: float = 0.0
    gone_until_s: float = -1.0
    crossed: Counter[str] = field(default_factory=Counter)

    def move(self, dt_s: float, t_s: float, new_track: int) -> bool:
        """One frame on; True when the walker has become ``new_track``."""
        if self.rest_s > 0.0:
            self.rest_s -= dt_s
        else:
            speed = self.rng.uniform(0.5, 1.0) * HEIGHT
            before = self.row
            self.row += float(np.clip(self.goal - self.row, -speed * dt_s, speed * dt_s))
            if (before < ROW) != (self.row < ROW):
                self.crossed["in" if self.row < ROW else "out"] += 1
                if self.rng.random() < 0.2:
                    self.rest_s = self.rng.uniform(0.5, 4.0)
            if self.row == self.goal:
                self.goal = 1.2 - self.goal
                self.rest_s = self.rng.exponential(0.5)
        if t_s > self.since_s + 1.0 and self.rng.random() < 0.15 * dt_s:
            self.track, self.gone_until_s = new_track, t_s + self.rng.choice([0.0, 0.3, 0.6])
            self.since_s = self.gone_until_s
            return True
        return False


def seen(walkers: list[Walker], rng: np.random.Generator, t_s: float, jitter: float) -> Tracks:
    """What a tracker says: new tracks need 0.3 s until they count."""
    here = [w for w in walkers if t_s >= w.gone_until_s]
    feet = np.array([[w.x, w.row] for w in here]).reshape(-1, 2)
    feet = feet + rng.normal(0.0, jitter * HEIGHT, feet.shape) * [SIZE[1] / SIZE[0], 1.0]
    wide = 0.3 * HEIGHT * SIZE[1] / SIZE[0] / 2
    boxes = np.stack(
        [feet[:, 0] - wide, feet[:, 1] - HEIGHT, feet[:, 0] + wide, feet[:, 1]], axis=1
    )
    count = len(here)
    since = np.array([w.since_s for w in here])
    return Tracks(
        t_s,
        np.array([w.track for w in here], np.int64),
        (boxes * [*SIZE, *SIZE]).astype(np.float32),
        np.full(count, 0.8, np.float32),
        t_s - since >= 0.3,
        np.ones(count, np.bool_),
        since,
        np.full(count, t_s),
        np.arange(count),
    )


@pytest.mark.parametrize(("fps", "jitter"), [(8.0, 0.02), (5.0, 0.03)])
def test_a_thousand_crossings_are_counted_exactly(fps: float, jitter: float) -> None:
    rng = np.random.default_rng(int(fps))
    line = LineZone(id="door", kind="line", points=((0.0, ROW), (1.0, ROW)))
    zones = Zones([line])
    walkers = [Walker(rng, (i + 0.5) / WAYS, i) for i in range(WAYS)]
    counted: Counter[str] = Counter()
    switches, frame, tracks = 0, 0, WAYS
    while sum(sum(w.crossed.values()) for w in walkers) < 1000:
        t_s = frame / fps
        frame += 1
        for walker in walkers:
            if walker.move(1.0 / fps, t_s, tracks):
                tracks, switches = tracks + 1, switches + 1
        presence = zones.update(seen(walkers, rng, t_s, jitter), SIZE)
        counted.update(c.direction.value for c in presence.crossings)
    # Everybody now stands off the line for a moment, so that the last crossings are decided.
    for walker in walkers:
        walker.row = 0.4 if walker.row < ROW else 0.8
    for _ in range(int(3 * fps)):
        presence = zones.update(seen(walkers, rng, frame / fps, jitter), SIZE)
        frame += 1
        counted.update(c.direction.value for c in presence.crossings)
    truth: Counter[str] = sum((w.crossed for w in walkers), Counter())
    assert switches > 50
    assert counted == truth


def standing(row: float, t_s: float, confirmed: bool = True) -> Tracks:
    """One person with the feet at ``row``."""
    box = np.array([[0.45, row - HEIGHT, 0.55, row]]) * [*SIZE, *SIZE]
    return Tracks(
        t_s,
        np.array([7], np.int64),
        box.astype(np.float32),
        np.array([0.8], np.float32),
        np.array([confirmed]),
        np.array([True]),
        np.array([0.0]),
        np.array([t_s]),
        np.array([0]),
    )


def crossings(rows: list[float], inward: str = "left", confirmed: int = 0) -> list[Direction]:
    """Directions in which somebody crosses who is at ``rows`` in turn, 8 frames a second."""
    line = LineZone.model_validate(
        {"id": "door", "kind": "line", "points": [[0.0, ROW], [1.0, ROW]], "in": inward}
    )
    zones = Zones([line])
    found: list[Direction] = []
    for frame, row in enumerate(rows):
        presence = zones.update(standing(row, frame / 8, frame >= confirmed), SIZE)
        found += [c.direction for c in presence.crossings]
    return found


UP, DOWN = [0.8] * 4 + [0.4] * 4, [0.4] * 4 + [0.8] * 4


def test_left_of_the_direction_of_travel_is_in() -> None:
    # The line runs to the right; on its left is the upper part of the picture.
    assert crossings(UP) == [Direction.IN]
    assert crossings(DOWN) == [Direction.OUT]
    assert crossings(UP, "right") == [Direction.OUT]


def test_one_bad_frame_is_no_crossing() -> None:
    assert crossings([0.8] * 5 + [0.4] + [0.8] * 5) == []


def test_standing_on_the_line_is_no_crossing() -> None:
    rng = np.random.default_rng(3)
    assert crossings([0.8] * 4 + list(ROW + rng.normal(0, 0.004, 400)) + [0.8] * 4) == []


def test_nobody_unconfirmed_crosses_and_who_is_confirmed_later_did() -> None:
    assert crossings(UP, confirmed=99) == []
    assert crossings([*UP, *UP[4:]], confirmed=10) == [Direction.IN]


def test_going_around_the_end_of_a_line_is_no_crossing() -> None:
    line = LineZone(id="door", kind="line", points=((0.0, ROW), (0.3, ROW)))
    zones = Zones([line])
    rows = [0.8] * 4 + [0.4] * 4
    found = [
        c
        for frame, row in enumerate(rows)
        for c in zones.update(standing(row, frame / 8), SIZE).crossings
    ]
    assert found == []
