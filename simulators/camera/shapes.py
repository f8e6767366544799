"""People as outlines in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.camera.figures import Figure, figure
from simulators.camera.projection import View
from simulators.scene.people import Colour
from simulators.scene.truth import Body

Extent = tuple[int, int, int, int]
"""Whole pixels inside the picture: x0 y0 x1 y1."""

SHIFT = 3
"""Fractional bits of the coordinates that cv2 fills polygons with."""

CLOSE_M = 0.8
"""Somebody nearer to the camera than this is not drawn."""

SMALL_PX = 3.5
"""Parts with a smaller radius have no highlight."""

SHADES = ((0.66, 1.0, 0.0), (0.86, 0.78, 0.35), (1.0, 0.55, 0.75), (1.1, 0.28, 1.15))
"""(brightness, size, shift towards the light) of the layers of a rounded part."""

_ANGLES = np.linspace(0.0, 2.0 * np.pi, 14, endpoint=False)
CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
_LIGHT = np.array([-0.28, -0.34])
"""Where the light comes from in the picture, in radii."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One part: the outlines of its layers, from the silhouette to the highlight."""

    outlines: list[NDArray[np.int32]]
    colour: Colour
    own: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """One person in the picture.

    Attributes:
        body: the person.
        t_s: decides the pose.
        depth_m: distance along the camera's axis.
        shapes: parts, the farthest first.
        box: x1 y1 x2 y2 in pixels of the body without what it carries, not clipped.
        extent: pixels that the person and what they carry can touch.
    """

    body: Body
    t_s: float
    depth_m: float
    shapes: list[Shape]
    box: tuple[float, float, float, float]
    extent: Extent


def outline(body: Body, t_s: float, view: View) -> Outline | None:
    """Project a person into the picture; None outside of it."""
    shown = figure(body, t_s)
    pixels, depth = view.project(shown.balls[:, :3])
    if depth.min() < CLOSE_M:
        return None
    radii = shown.balls[:, 3] * view.focal_px / depth
    lows, highs = pixels - radii[:, None], pixels + radii[:, None]
    extent = extent_of(lows.min(axis=0), highs.max(axis=0), view)
    if extent[0] >= extent[2] or extent[1] >= extent[3]:
        return None
    counts = np.diff(np.append(shown.starts, len(depth)))
    own = np.repeat(shown.own, counts)
    (x0, y0), (x1, y1) = lows[own].min(axis=0).tolist(), highs[own].max(axis=0).tolist()
    nearness = np.add.reduceat(depth - shown.balls[:, 3], shown.starts) / counts
    shapes = _shapes(shown, pixels, radii)
    order = np.argsort(-nearness, kind="stable").tolist()
    return Outline(
        body, t_s, float(np.median(depth)), [shapes[i] for i in order], (x0, y0, x1, y1), extent
    )


def extent_of(low: NDArray[np.float64], high: NDArray[np.float64], view: View) -> Extent:
    """Whole pixels from ``low`` to ``high`` (x y) inside the picture."""
    return (
        max(0, int(low[0]) - 2),
        max(0, int(low[1]) - 2),
        min(view.width, int(high[0]) + 3),
        min(view.height, int(high[1]) + 3),
    )


def fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Turn pixels into the fixed-point numbers of cv2."""
    return np.round(points * (1 << SHIFT)).astype(np.int32)


def fill(image: NDArray[np.uint8], hull: NDArray[np.int32], colour: Colour | int) -> None:
    """Fill a convex outline."""
    cv2.fillConvexPoly(image, hull, colour, cv2.LINE_8, SHIFT)


def paint(image: NDArray[np.uint8], shape: Shape, x0: int = 0, y0: int = 0) -> None:
    """Paint a part with its shading into an image whose corner lies at (x0, y0)."""
    corner = (x0 << SHIFT, y0 << SHIFT)
    moved = [hull - corner for hull in shape.outlines] if x0 or y0 else shape.outlines
    if len(moved) == 1:
        fill(image, moved[0], shape.colour)
        return
    b, g, r = shape.colour
    for hull, (brightness, _, shift) in zip(moved, SHADES, strict=False):
        light = 6.0 * shift
        shade = (
            min(255, int(b * brightness + light)),
            min(255, int(g * brightness + light)),
            min(255, int(r * brightness + light)),
        )
        fill(image, hull, shade)


def _shapes(shown: Figure, pixels: NDArray[np.float64], radii: NDArray[np.float64]) -> list[Shape]:
    layers = [
        fixed(
            (pixels + _LIGHT * (radii * shift)[:, None])[:, None, :]
            + CIRCLE * (radii * size)[:, None, None]
        )
        for _, size, shift in SHADES
    ]
    largest = np.maximum.reduceat(radii, shown.starts).tolist()
    starts = shown.starts.tolist()
    shapes = []
    for start, stop, radius, colour, own, flat in zip(
        starts,
        [*starts[1:], len(radii)],
        largest,
        shown.colours,
        shown.own,
        shown.flat,
        strict=True,
    ):
        count = 1 if flat else 2 if radius < SMALL_PX else len(SHADES)
        hulls = [
            np.asarray(cv2.convexHull(layer[start:stop].reshape(-1, 2)), np.int32)
            for layer in layers[:count]
        ]
        shapes.append(Shape(hulls, colour, own))
    return shapes
