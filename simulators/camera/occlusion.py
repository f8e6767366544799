"""Where people appear in pictures and how much of them is hidden, without drawing them.

Many pictures are reckoned at once: the cost of a simulated day lies in calls, not in numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.camera.background import Furniture, within
from simulators.camera.projection import View
from simulators.scene.layout import Layout
from simulators.scene.truth import Body

Floats = NDArray[np.float64]

_SIDE_ON, _FRONT_ON = 0.125, 0.175
"""Half width of a body seen from its side and from before, as a share of its height."""

_FOOT = 0.1
"""How far feet reach out, as a share of the height."""

# A silhouette as rows from head to feet: (lowest part of the row, half width of the row as a share
# of the half width of the box). The rows weigh as many pixels as they are wide.
_ROWS = np.linspace(0.04, 0.97, 12)
_PROFILE = np.where(_ROWS < 0.13, 0.34, np.where(_ROWS < 0.52, 0.92, 0.62))
_COLUMNS = np.array([-0.7, 0.0, 0.7])
_U = (_PROFILE[:, None] * _COLUMNS).ravel()
_V = np.repeat(_ROWS, len(_COLUMNS))
_WEIGHT = np.repeat(_PROFILE, len(_COLUMNS)) / (_PROFILE.sum() * len(_COLUMNS))


@dataclass(frozen=True, slots=True)
class Appearance:
    """Everybody who touches one of some pictures, in the order of the pictures, nearest first.

    Attributes:
        frames: (N,) int64 number of the picture, from 0.
        people: (N,) int64 numbers of the people.
        boxes: (N, 4) float64 x1 y1 x2 y2 in pixels of the whole body, clipped to the picture.
        visible_boxes: (N, 4) float64, of what can be seen; NaN where nothing can.
        visible: (N,) float64 share of the body that can be seen, 0..1.
        height_px: (N,) float64 height of the whole body, not clipped.
    """

    frames: NDArray[np.int64]
    people: NDArray[np.int64]
    boxes: Floats
    visible_boxes: Floats
    visible: Floats
    height_px: Floats


class Occlusion:
    """Reckons appearances in one view of one shop."""

    def __init__(self, layout: Layout, view: View) -> None:
        self._view = view
        self._furniture = [Furniture(box, view) for box in layout.furniture]
        blank = np.zeros((view.height, view.width, 3), np.uint8)
        for piece in self._furniture:
            piece.remember(blank)
        self._rectangles = np.array([p.rectangle for p in self._furniture], np.float64)
        self._floors = np.array([p.hidden_floor for p in self._furniture], np.float64)

    def look(self, bodies: tuple[Body, ...]) -> Appearance:
        """Reckon how everybody appears in one picture."""
        return self.look_at_all([bodies])

    def look_at_all(self, pictures: Sequence[tuple[Body, ...]]) -> Appearance:
        """Reckon how everybody appears in each picture."""
        view = self._view
        bodies = [body for picture in pictures for body in picture]
        frames = np.repeat(np.arange(len(pictures)), [len(picture) for picture in pictures])
        feet = np.array([(b.pose.x, b.pose.y) for b in bodies], np.float64).reshape(-1, 2)
        tall = np.array([b.look.height_m for b in bodies], np.float64)
        girth = np.array([b.look.girth for b in bodies], np.float64)
        heading = np.array([b.pose.heading for b in bodies], np.float64)
        turn = np.abs(np.cos(heading - np.arctan2(feet[:, 1] - view.y, feet[:, 0] - view.x)))
        half = tall * girth * (_SIDE_ON + (_FRONT_ON - _SIDE_ON) * turn)
        boxes, depth = self._boxes(feet, tall, half)
        clipped = _clip(boxes, view)
        there = (
            (depth > 0.8)
            & (clipped[:, 2] > clipped[:, 0] + 1)
            & (clipped[:, 3] > clipped[:, 1] + 1)
        )
        rows = np.flatnonzero(there)
        rows = rows[np.lexsort((depth[rows], frames[rows]))]
        frames, boxes, clipped = frames[rows], boxes[rows], clipped[rows]
        seen, points = self._seen(frames, boxes, feet[rows])
        people = np.array([body.person for body in bodies], np.int64)[rows]
        return Appearance(
            frames,
            people,
            clipped,
            _visible_boxes(seen, points, clipped),
            seen @ _WEIGHT,
            boxes[:, 3] - boxes[:, 1],
        )

    def _boxes(self, feet: Floats, tall: Floats, half: Floats) -> tuple[Floats, Floats]:
        n = len(feet)
        top = np.column_stack([feet, tall * 1.01])
        bottom = np.column_stack([feet, np.full(n, 0.02)])
        pixels, depth = self._view.project(np.concatenate([top, bottom]))
        middle = (depth[:n] + depth[n:]) / 2.0
        scale = self._view.focal_px / np.maximum(middle, 0.1)
        half = half * scale
        # Seen from above, feet and crown reach out in the picture.
        reach = tall * _FOOT * scale * np.sin(self._view.pitch)
        x = (pixels[:n, 0] + pixels[n:, 0]) / 2.0
        low, high = pixels[:n, 1] - 0.5 * reach, pixels[n:, 1] + reach
        return np.column_stack([x - half, low, x + half, high]), middle

    def _seen(
        self, frames: NDArray[np.int64], boxes: Floats, feet: Floats
    ) -> tuple[NDArray[np.bool_], Floats]:
        """Which points of each silhouette are seen (N, P), and where they lie (N, P, 2)."""
        view = self._view
        centre, half = (boxes[:, 0] + boxes[:, 2]) / 2.0, (boxes[:, 2] - boxes[:, 0]) / 2.0
        tall = boxes[:, 3] - boxes[:, 1]
        x = centre[:, None] + half[:, None] * _U
        y = boxes[:, 1, None] + tall[:, None] * _V
        seen = (x >= 0) & (x < view.width) & (y >= 0) & (y < view.height)
        behind, before = _overlapping(frames, boxes)
        v = (y[behind] - boxes[before, 1, None]) / tall[before, None]
        row = np.clip((v * len(_ROWS)).astype(np.int64), 0, len(_ROWS) - 1)
        aside = np.abs(x[behind] - centre[before, None])
        hidden = (aside < half[before, None] * _PROFILE[row]) & (v >= 0.0) & (v <= 1.0)
        if len(behind):
            who, first = np.unique(behind, return_index=True)
            seen[who] &= ~np.logical_or.reduceat(hidden, first, axis=0)
        seen &= ~self._behind_furniture(boxes, feet, x, y)
        return seen, np.stack([x, y], axis=-1)

    def _behind_furniture(
        self, boxes: Floats, feet: Floats, x: Floats, y: Floats
    ) -> NDArray[np.bool_]:
        """Which points (N, P) furniture covers."""
        covered = np.zeros(x.shape, np.bool_)
        meet = _overlaps(boxes, self._rectangles) & within(feet, self._floors)
        for k in np.flatnonzero(meet.any(axis=0)):
            rows = np.flatnonzero(meet[:, k])
            covered[rows] |= self._furniture[k].covers(x[rows], y[rows])
        return covered


def _overlapping(
    frames: NDArray[np.int64], boxes: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (behind, before) of rows in one picture whose boxes overlap, sorted by the first.

    In each picture the rows come nearest first.
    """
    n = len(frames)
    size = np.bincount(frames) if n else np.zeros(0, np.int64)
    start = np.cumsum(size) - size
    # Row i is paired with all of its picture that come before it.
    nearer = np.arange(n) - start[frames]
    behind = np.repeat(np.arange(n), nearer)
    before = np.arange(len(behind)) - np.repeat(np.cumsum(nearer) - nearer, nearer)
    before += np.repeat(start[frames], nearer)
    a, b = boxes[behind], boxes[before]
    meet = (a[:, :2] < b[:, 2:]).all(axis=1) & (a[:, 2:] > b[:, :2]).all(axis=1)
    return behind[meet], before[meet]


def _clip(boxes: Floats, view: View) -> Floats:
    limits = np.array([view.width, view.height, view.width, view.height], np.float64)
    return np.clip(boxes, 0.0, limits)


def _overlaps(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Whether box i of ``a`` (N, 4) overlaps box k of ``b`` (K, 4): (N, K)."""
    return np.asarray(
        (a[:, None, 0] < b[:, 2])
        & (a[:, None, 2] > b[:, 0])
        & (a[:, None, 1] < b[:, 3])
        & (a[:, None, 3] > b[:, 1])
    )


def _visible_boxes(seen: NDArray[np.bool_], points: Floats, boxes: Floats) -> Floats:
    """Boxes around the points that are seen, reaching the border of the box beside its points."""
    found = boxes.copy()
    partly = np.flatnonzero(~seen.all(axis=1))
    seen, points, boxes = seen[partly, :, None], points[partly], boxes[partly]
    low = np.where(seen, points, np.inf).min(axis=1)
    high = np.where(seen, points, -np.inf).max(axis=1)
    tight = np.concatenate([low, high], axis=1)
    size = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
    margin = np.concatenate([size, size], axis=1) * (0.2, 0.05, 0.2, 0.05)
    found[partly] = np.where(np.abs(tight - boxes) <= margin, boxes, tight)
    found[partly[~seen.any(axis=(1, 2))]] = np.nan
    return found
