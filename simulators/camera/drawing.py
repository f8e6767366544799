"""Draws the shop as a camera sees it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.camera.background import Furniture, may_hide, paint_floor
from simulators.camera.projection import NEAR_M, View
from simulators.camera.shapes import (
    CIRCLE,
    SHIFT,
    Extent,
    Outline,
    extent_of,
    fill,
    fixed,
    outline,
    paint,
)
from simulators.camera.solid import solid
from simulators.scene.layout import Layout
from simulators.scene.truth import Body, Snapshot

Image = NDArray[np.uint8]

NOISE_SIGMA = 3.5
JPEG_QUALITY = 82
STANDING_STILL_S = 0.5
"""Somebody who stands is drawn anew after so long; in between the same pixels are used."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How one person appears in a picture.

    Attributes:
        person: number in the scene.
        box: x1 y1 x2 y2 in pixels of the whole body, not clipped to the picture.
        visible_box: the same of what can be seen, None when nothing can.
        visible: share of the body's pixels that can be seen, 0..1; what lies outside the picture
            counts as hidden.
    """

    person: int
    box: tuple[float, float, float, float]
    visible_box: tuple[int, int, int, int] | None
    visible: float


@dataclass(slots=True)
class _Standing:
    """Somebody who stands, ready to be laid into the picture."""

    moment: int
    outline: Outline | None
    figure: tuple[Image, Image] | None = None


class Painter:
    """Draws snapshots of one shop from one view.

    The same snapshot gives the same picture, noise included.

    Args:
        layout: the shop.
        view: the camera.
        noise: add the noise of a sensor.
        solid: draw people as lit solid bodies, in three times the time, instead of flat parts.
    """

    def __init__(
        self, layout: Layout, view: View, *, noise: bool = True, solid: bool = False
    ) -> None:
        self.view = view
        self._solid = solid
        self._furniture = [Furniture(box, view) for box in layout.furniture]
        self._furniture.sort(key=lambda piece: -piece.depth_m)
        self._background = paint_floor(view)
        for piece in self._furniture:
            piece.paint(self._background)
        for piece in self._furniture:
            piece.remember(self._background)
        self._noise = _noise(view) if noise else None
        self._standing: dict[Body, _Standing] = {}

    def draw(self, snapshot: Snapshot) -> Image:
        """Draw the picture, shape (height, width, 3), BGR."""
        image = self._background.copy()
        people = self._people(snapshot)
        for person, before in people:
            extent = _shadow(image, person.body, self.view)
            if extent is not None:
                for piece in before:
                    piece.restore(image, extent)
        for person, before in people:
            self._paint(image, person)
            for piece in before:
                piece.restore(image, person.extent)
        return self._as_sensed(image, snapshot.t_s)

    def truth(self, snapshot: Snapshot) -> list[Seen]:
        """Give boxes and visible shares of everybody whose body touches the picture."""
        people = self._people(snapshot)
        labels = np.zeros((self.view.height, self.view.width), np.uint8)
        for label, (person, before) in enumerate(people, start=1):
            for shape in person.shapes:
                fill(labels, shape.outlines[0], label if shape.own else 0)
            for piece in before:
                piece.blot(labels, person.extent)
        return [_seen(labels, label, person) for label, (person, _) in enumerate(people, start=1)]

    def _people(self, snapshot: Snapshot) -> list[tuple[Outline, list[Furniture]]]:
        """Everybody in the picture, the farthest first, with the furniture that may hide them."""
        self._forget(snapshot)
        people = [
            shown
            for body in snapshot.bodies
            if (shown := self._outline(body, snapshot.t_s)) is not None
        ]
        people.sort(key=lambda person: -person.depth_m)
        people = people[-255:]
        feet = np.array([(p.body.pose.x, p.body.pose.y) for p in people]).reshape(-1, 2)
        hidden = may_hide(self._furniture, feet)
        return [
            (person, [self._furniture[k] for k in np.flatnonzero(row)])
            for person, row in zip(people, hidden, strict=True)
        ]

    def _outline(self, body: Body, t_s: float) -> Outline | None:
        if body.pose.walking:
            return outline(body, t_s, self.view)
        # Those who stand are not all drawn anew in the same picture.
        moment = int(t_s / STANDING_STILL_S + body.person * 0.37)
        standing = self._standing.get(body)
        if standing is None or standing.moment != moment:
            shown = outline(body, (moment - body.person * 0.37) * STANDING_STILL_S, self.view)
            standing = self._standing[body] = _Standing(moment, shown)
        return standing.outline

    def _forget(self, snapshot: Snapshot) -> None:
        there = set(snapshot.bodies)
        for body in [body for body in self._standing if body not in there]:
            del self._standing[body]

    def _paint(self, image: Image, person: Outline) -> None:
        standing = self._standing.get(person.body)
        if standing is None and not self._solid:
            for shape in person.shapes:
                paint(image, shape)
            return
        x0, y0, x1, y1 = person.extent
        figure = None if standing is None else standing.figure
        if figure is None:
            figure = self._figure(person)
            if standing is not None:
                standing.figure = figure
        cv2.copyTo(*figure, image[y0:y1, x0:x1])

    def _figure(self, person: Outline) -> tuple[Image, Image]:
        """Pixels of the person's extent, and 255 where they belong to the person."""
        if self._solid:
            return solid(person.body, person.t_s, self.view, person.extent)
        x0, y0, x1, y1 = person.extent
        pixels = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        corner = (x0 << SHIFT, y0 << SHIFT)
        for shape in person.shapes:
            paint(pixels, shape, x0, y0)
            fill(mask, shape.outlines[0] - corner, 255)
        return pixels, mask

    def _as_sensed(self, image: Image, t_s: float) -> Image:
        cv2.GaussianBlur(image, (3, 3), 0.7, dst=image)
        if self._noise is not None:
            offset = int(t_s * 1000.0)
            x, y = offset * 37 % 61, offset * 53 % 47
            h, w = image.shape[:2]
            cv2.add(image, self._noise[y : y + h, x : x + w], dst=image)
            cv2.subtract(image, _BIAS, dst=image)
        return image


_BIAS = np.full(4, 4 * NOISE_SIGMA, np.float64)


def _noise(view: View) -> Image:
    rng = np.random.default_rng(7)
    tile = rng.normal(4 * NOISE_SIGMA, NOISE_SIGMA, (263, 337, 3)).clip(0, 255).astype(np.uint8)
    down, right = -(-(view.height + 47) // 263), -(-(view.width + 61) // 337)
    return np.tile(tile, (down, right, 1))


def _shadow(image: Image, body: Body, view: View) -> Extent | None:
    """Darken the floor around the feet; returns where, if that is in the picture."""
    x, y = body.pose.x + 0.06, body.pose.y
    ring = np.column_stack([CIRCLE * 0.3 + (x, y), np.zeros(len(CIRCLE))])
    pixels, depth = view.project(ring)
    extent = extent_of(pixels.min(axis=0), pixels.max(axis=0), view)
    x0, y0, x1, y1 = extent
    if depth.min() < NEAR_M or x0 >= x1 or y0 >= y1:
        return None
    region = image[y0:y1, x0:x1]
    mask = np.full(region.shape, 255, np.uint8)
    centre = pixels.mean(axis=0)
    for size, value in ((1.0, 225), (0.82, 200), (0.62, 175), (0.42, 155)):
        ellipse = fixed(centre + (pixels - centre) * size - (x0, y0))
        fill(mask, ellipse, (value, value, value))
    cv2.multiply(region, mask, dst=region, scale=1.0 / 255.0)
    return extent


def _seen(labels: NDArray[np.uint8], label: int, person: Outline) -> Seen:
    x0, y0, x1, y1 = person.extent
    mask = labels[y0:y1, x0:x1] == label
    count = int(np.count_nonzero(mask))
    if count == 0:
        return Seen(person.body.person, person.box, None, 0.0)
    columns = np.flatnonzero(mask.any(axis=0))
    rows = np.flatnonzero(mask.any(axis=1))
    box = (
        x0 + int(columns[0]),
        y0 + int(rows[0]),
        x0 + int(columns[-1]) + 1,
        y0 + int(rows[-1]) + 1,
    )
    return Seen(person.body.person, person.box, box, min(1.0, count / max(_area(person), 1)))


def _area(person: Outline) -> int:
    """Pixels of the body alone, also of what lies outside the picture."""
    x0, y0, x1, y1 = (int(v) for v in person.box)
    canvas = np.zeros((y1 - y0 + 3, x1 - x0 + 3), np.uint8)
    corner = ((x0 - 1) << SHIFT, (y0 - 1) << SHIFT)
    for shape in person.shapes:
        if shape.own:
            fill(canvas, shape.outlines[0] - corner, 1)
    return int(np.count_nonzero(canvas))


def encode(image: Image, quality: int = JPEG_QUALITY) -> bytes:
    """Compress a picture as JPEG."""
    done, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not done:
        raise ValueError("image: expected a picture that JPEG can hold")
    return bytes(data)
