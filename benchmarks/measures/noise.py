"""A shop seen by a camera that makes mistakes, without drawing it: fast enough for whole days."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import CameraSettings, LineZone
from edge_agent.zones.polygons import Polygons
from edge_agent.zones.presence import Presence
from simulators.camera.projection import View
from simulators.scene.truth import Body, Snapshot

Floats = NDArray[np.float64]

_HIDDEN = np.array([0.0, 0.3, 0.6, 0.9, 1.0])
_RECALL = np.array([0.97, 0.94, 0.8, 0.5, 0.15])
# By the hidden share of head and shoulders, from drawn scenes and the default model.
_CORRELATION_S = 0.8
_HELD_S = 1.0
"""The tracker carries somebody unseen for so long."""
_JITTER = 0.012
"""Standard deviation of a side of a box, as a share of its height."""


class NoisyView:
    """Presence as tracker and zones would give it.

    Args:
        camera: the camera and its zones.
        view: where it hangs.
        switch_per_hour: id switches of one person.
        seed: of everything that goes wrong.
    """

    def __init__(
        self, camera: CameraSettings, view: View, *, switch_per_hour: float, seed: int
    ) -> None:
        areas = [z for z in camera.zones if not isinstance(z, LineZone)]
        self._names = tuple(z.id for z in areas)
        self._polygons = Polygons([np.array(z.polygon) for z in areas])
        self._view = view
        self._switch_hz = switch_per_hour / 3600.0
        self._rng = np.random.default_rng(seed)
        self._luck: dict[int, float] = {}
        self._ids: dict[int, int] = {}
        self._seen_s: dict[int, float] = {}
        self._since: dict[int, Floats] = {}
        self._next = 1

    def look(self, snapshot: Snapshot, dt_s: float) -> Presence:
        """What is known of one moment."""
        t_s = snapshot.t_s
        bodies, boxes = self._visible(snapshot.bodies)
        hidden = _hidden(boxes)
        rows, seen = [], []
        for i, body in enumerate(bodies):
            found = self._found(body.person, float(hidden[i]), dt_s)
            if found:
                self._see(body.person, t_s, dt_s)
            if t_s - self._seen_s.get(body.person, -math.inf) <= _HELD_S:
                rows.append(i)
                seen.append(found)
        kept = boxes[rows].reshape(-1, 4)
        kept = kept + self._rng.normal(0.0, _JITTER, kept.shape) * (kept[:, 3:] - kept[:, 1:2])
        feet = np.stack([(kept[:, 0] + kept[:, 2]) / 2.0, kept[:, 3]], axis=1)
        people = np.array([self._ids[bodies[i].person] for i in rows], np.int64)
        since = self._stays(people, feet, t_s)
        return Presence(t_s, self._names, people, feet, kept, np.array(seen, np.bool_), since)

    def _visible(self, bodies: tuple[Body, ...]) -> tuple[list[Body], Floats]:
        """People in the picture, nearest first, with their boxes as fractions of the frame."""
        if not bodies:
            return [], np.empty((0, 4))
        ground = np.array([(b.pose.x, b.pose.y, 0.0) for b in bodies])
        heads = ground + np.array([(0.0, 0.0, b.look.height_m) for b in bodies])
        low, depth = self._view.project(ground)
        high, _ = self._view.project(heads)
        half = 0.27 * self._view.focal_px / np.maximum(depth, 0.3)
        size = np.array([self._view.width, self._view.height] * 2)
        middle = (low[:, 0] + high[:, 0]) / 2.0
        boxes = np.stack([middle - half, high[:, 1], middle + half, low[:, 1]], axis=1) / size
        inside = (depth > 0.5) & (boxes[:, 0] > -0.01) & (boxes[:, 2] < 1.01)
        inside &= (boxes[:, 1] > -0.02) & (boxes[:, 3] < 1.05)
        order = [i for i in np.argsort(depth) if inside[i]]
        return [bodies[i] for i in order], boxes[order]

    def _found(self, person: int, hidden: float, dt_s: float) -> bool:
        """Whether the detector finds somebody; misses come in runs."""
        keep = math.exp(-dt_s / _CORRELATION_S)
        fresh = float(self._rng.standard_normal())
        luck = keep * self._luck.get(person, fresh) + math.sqrt(1.0 - keep * keep) * fresh
        self._luck[person] = luck
        chance = 0.5 * math.erfc(luck / math.sqrt(2.0))
        return chance < float(np.interp(hidden, _HIDDEN, _RECALL))

    def _see(self, person: int, t_s: float, dt_s: float) -> None:
        lost = t_s - self._seen_s.get(person, -math.inf) > _HELD_S
        if lost or self._rng.random() < self._switch_hz * dt_s:
            self._ids[person] = self._next
            self._next += 1
        self._seen_s[person] = t_s

    def _stays(self, people: NDArray[np.int64], feet: Floats, t_s: float) -> Floats:
        inside = self._polygons.depths(feet) > 0.0
        before = self._since
        self._since = {}
        for i, person in enumerate(people.tolist()):
            known = before.get(person, np.full(len(self._names), np.nan))
            since = np.where(np.isnan(known), t_s, known)
            self._since[person] = np.where(inside[i], since, np.nan)
        return np.array(list(self._since.values())).reshape(len(people), len(self._names))


def _hidden(boxes: Floats) -> Floats:
    """(N,) share of head and shoulders covered by those before them in ``boxes``, nearest first."""
    if not len(boxes):
        return np.empty(0)
    # The body is narrower than its box; head and shoulders are its upper third.
    lean = 0.2 * (boxes[:, 2] - boxes[:, 0])
    left, right = boxes[:, 0] + lean, boxes[:, 2] - lean
    top, third = boxes[:, 1], boxes[:, 1] + (boxes[:, 3] - boxes[:, 1]) / 3.0
    wide = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    tall = np.minimum(third[:, None], boxes[None, :, 3]) - np.maximum(top[:, None], top)
    shared = np.maximum(wide, 0.0) * np.maximum(tall, 0.0)
    share = shared / np.maximum((right - left) * (third - top), 1e-12)[:, None]
    nearer = np.tril(np.ones((len(boxes), len(boxes)), np.bool_), -1)
    covered: Floats = 1.0 - np.prod(1.0 - np.clip(np.where(nearer, share, 0.0), 0.0, 1.0), axis=1)
    return covered
