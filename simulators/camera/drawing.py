"""Draws the shop as a camera sees it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.camera.background import Furniture, paint_floor
from simulators.camera.figures import Part, figure
from simulators.camera.projection import NEAR_M, View
from simulators.scene.layout import Layout
from simulators.scene.people import Colour
from simulators.scene.truth import Body, Snapshot

Image = NDArray[np.uint8]

SHIFT = 3
"""Fractional bits of the coordinates that cv2 fills polygons with."""

_ANGLES = np.linspace(0.0, 2.0 * np.pi, 14, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
_LIGHT = np.array([-0.28, -0.34])
"""Where the light comes from in the picture, in radii."""
_SHADES = ((0.66, 1.0, 0.0), (0.86, 0.78, 0.35), (1.0, 0.55, 0.75), (1.1, 0.28, 1.15))
"""(brightness, size, shift towards the light) of the layers of a rounded part."""

NOISE_SIGMA = 3.5
JPEG_QUALITY = 82
STANDING_CLOSE_M = 0.8
"""Somebody nearer to the camera than this is not drawn."""

SMALL_PX = 3.5
"""Parts with a smaller radius have no highlight."""

Extent = tuple[int, int, int, int]


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


class Painter:
    """Draws snapshots of one shop from one view.

    The same snapshot gives the same picture, noise included.
    """

    def __init__(self, layout: Layout, view: View, *, noise: bool = True) -> None:
        self.view = view
        self._furniture = [Furniture(box, view) for box in layout.furniture]
        self._furniture.sort(key=lambda piece: -piece.depth_m)
        self._background = paint_floor(view)
        for piece in self._furniture:
            piece.paint(self._background)
        for piece in self._furniture:
            piece.remember(self._background)
        self._noise = _noise(view) if noise else None

    def draw(self, snapshot: Snapshot) -> Image:
        """Draw the picture, shape (height, width, 3), BGR."""
        image = self._background.copy()
        figures = self._figures(snapshot)
        for shape in figures:
            extent = _shadow(image, shape.body, self.view)
            if extent is not None:
                for piece in self._before(shape.body):
                    piece.restore(image, extent)
        for shape in figures:
            for part in shape.parts:
                _paint(image, part)
            for piece in self._before(shape.body):
                piece.restore(image, shape.extent)
        return self._as_sensed(image, snapshot.t_s)

    def truth(self, snapshot: Snapshot) -> list[Seen]:
        """Give boxes and visible shares of everybody whose body touches the picture."""
        figures = self._figures(snapshot)
        labels = np.zeros((self.view.height, self.view.width), np.uint8)
        for label, shape in enumerate(figures, start=1):
            for part in shape.parts:
                _fill(labels, part.outlines[0], label % 256 if part.own else 0)
            for piece in self._before(shape.body):
                piece.blot(labels, shape.extent)
        return [_seen(labels, label, shape) for label, shape in enumerate(figures, start=1)]

    def _before(self, body: Body) -> list[Furniture]:
        """Furniture that may hide somebody, the farthest first."""
        return [piece for piece in self._furniture if piece.hides(body.pose.x, body.pose.y)]

    def _figures(self, snapshot: Snapshot) -> list[_Figure]:
        """Everybody in the picture, the farthest first."""
        figures = [
            shape
            for body in snapshot.bodies
            if (shape := _project(body, snapshot.t_s, self.view)) is not None
        ]
        figures.sort(key=lambda shape: -shape.depth_m)
        return figures[-255:]

    def _as_sensed(self, image: Image, t_s: float) -> Image:
        cv2.GaussianBlur(image, (3, 3), 0.7, dst=image)
        if self._noise is not None:
            offset = int(t_s * 1000.0)
            x, y = offset * 37 % 61, offset * 53 % 47
            h, w = image.shape[:2]
            patch = self._noise[y : y + h, x : x + w]
            cv2.add(image, patch, dst=image)
            cv2.subtract(image, _BIAS, dst=image)
        return image


_BIAS = np.full(4, 4 * NOISE_SIGMA, np.float64)


def _noise(view: View) -> Image:
    rng = np.random.default_rng(7)
    noise = rng.normal(4 * NOISE_SIGMA, NOISE_SIGMA, (view.height + 47, view.width + 61, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A part in the picture: the outlines of its layers, from the silhouette to the highlight."""

    outlines: list[NDArray[np.int32]]
    colour: Colour
    own: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    body: Body
    depth_m: float
    parts: list[_Shape]
    box: tuple[float, float, float, float]
    extent: Extent


def _project(body: Body, t_s: float, view: View) -> _Figure | None:
    parts: list[Part] = figure(body, t_s)
    balls = np.concatenate([part.balls for part in parts])
    pixels, depth = view.project(balls[:, :3])
    if depth.min() < STANDING_CLOSE_M:
        return None
    radii = balls[:, 3] * view.focal_px / depth
    lows, highs = pixels - radii[:, None], pixels + radii[:, None]
    low, high = lows.min(axis=0), highs.max(axis=0)
    if high[0] < 0 or high[1] < 0 or low[0] > view.width or low[1] > view.height:
        return None
    own = np.concatenate([np.full(len(part.balls), part.own) for part in parts])
    (x0, y0), (x1, y1) = lows[own].min(axis=0).tolist(), highs[own].max(axis=0).tolist()
    extent = _extent(low, high, view)
    return _Figure(
        body,
        float(np.median(depth)),
        _shapes(parts, pixels, radii, depth),
        (x0, y0, x1, y1),
        extent,
    )


def _extent(low: NDArray[np.float64], high: NDArray[np.float64], view: View) -> Extent:
    """Whole pixels from ``low`` to ``high`` inside the picture, x0 y0 x1 y1."""
    return (
        max(0, int(low[0]) - 2),
        max(0, int(low[1]) - 2),
        min(view.width, int(high[0]) + 3),
        min(view.height, int(high[1]) + 3),
    )


def _shapes(
    parts: list[Part],
    pixels: NDArray[np.float64],
    radii: NDArray[np.float64],
    depth: NDArray[np.float64],
) -> list[_Shape]:
    """Outline all parts, the farthest first."""
    layers = [
        _fixed(
            (pixels + _LIGHT * (radii * shift)[:, None])[:, None, :]
            + _CIRCLE * (radii * size)[:, None, None]
        )
        for _, size, shift in _SHADES
    ]
    shapes, depths = [], []
    start = 0
    for part in parts:
        rows = slice(start, start + len(part.balls))
        start = rows.stop
        depths.append(float((depth[rows] - part.balls[:, 3]).mean()))
        count = 1 if part.flat else 2 if radii[rows].max() < SMALL_PX else len(_SHADES)
        hulls = [
            np.asarray(cv2.convexHull(layer[rows].reshape(-1, 2)), np.int32)
            for layer in layers[:count]
        ]
        shapes.append(_Shape(hulls, part.colour, part.own))
    return [shapes[i] for i in np.argsort(depths)[::-1]]


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Turn pixels into the fixed-point numbers of cv2."""
    return np.round(points * (1 << SHIFT)).astype(np.int32)


def _fill(image: NDArray[np.uint8], outline: NDArray[np.int32], colour: Colour | int) -> None:
    cv2.fillConvexPoly(image, outline, colour, cv2.LINE_8, SHIFT)


def _paint(image: Image, shape: _Shape) -> None:
    if len(shape.outlines) == 1:
        _fill(image, shape.outlines[0], shape.colour)
        return
    b, g, r = shape.colour
    for outline, (brightness, _, shift) in zip(shape.outlines, _SHADES, strict=False):
        light = 6.0 * shift
        _fill(
            image,
            outline,
            (
                min(255, int(b * brightness + light)),
                min(255, int(g * brightness + light)),
                min(255, int(r * brightness + light)),
            ),
        )


def _shadow(image: Image, body: Body, view: View) -> Extent | None:
    """Darken the floor around the feet; returns where, if that is in the picture."""
    x, y = body.pose.x + 0.06, body.pose.y
    ring = np.column_stack([_CIRCLE * 0.3 + (x, y), np.zeros(len(_CIRCLE))])
    pixels, depth = view.project(ring)
    extent = _extent(pixels.min(axis=0), pixels.max(axis=0), view)
    x0, y0, x1, y1 = extent
    if depth.min() < NEAR_M or x0 >= x1 or y0 >= y1:
        return None
    region = image[y0:y1, x0:x1]
    mask = np.full(region.shape, 255, np.uint8)
    centre = pixels.mean(axis=0)
    for size, value in ((1.0, 225), (0.82, 200), (0.62, 175), (0.42, 155)):
        ellipse = _fixed(centre + (pixels - centre) * size - (x0, y0))
        _fill(mask, ellipse, (value, value, value))
    cv2.multiply(region, mask, dst=region, scale=1.0 / 255.0)
    return extent


def _seen(labels: NDArray[np.uint8], label: int, shape: _Figure) -> Seen:
    x0, y0, x1, y1 = shape.extent
    whole = _area(shape)
    mask = labels[y0:y1, x0:x1] == label
    count = int(np.count_nonzero(mask))
    if count == 0:
        return Seen(shape.body.person, shape.box, None, 0.0)
    columns = np.flatnonzero(mask.any(axis=0))
    rows = np.flatnonzero(mask.any(axis=1))
    box = (
        x0 + int(columns[0]),
        y0 + int(rows[0]),
        x0 + int(columns[-1]) + 1,
        y0 + int(rows[-1]) + 1,
    )
    return Seen(shape.body.person, shape.box, box, min(1.0, count / max(whole, 1)))


def _area(shape: _Figure) -> int:
    """Pixels of the body alone, also of what lies outside the picture."""
    x0, y0, x1, y1 = (int(v) for v in shape.box)
    canvas = np.zeros((y1 - y0 + 3, x1 - x0 + 3), np.uint8)
    offset = np.array([x0 - 1, y0 - 1], np.int32) << SHIFT
    for part in shape.parts:
        if part.own:
            _fill(canvas, part.outlines[0] - offset, 1)
    return int(np.count_nonzero(canvas))


def encode(image: Image, quality: int = JPEG_QUALITY) -> bytes:
    """Compress a picture as JPEG."""
    done, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not done:
        raise ValueError("image: expected a picture that JPEG can hold")
    return bytes(data)
