"""People as lit solid bodies: a second hand, so that no result hangs on one way of drawing.

Each part is made of capsules between its balls; every pixel gets the depth and the normal of the
nearest, is lit from above, and wears cloth with folds. What is carried or pushed is painted flat.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.camera.figures import Figure, figure
from simulators.camera.projection import View
from simulators.camera.shapes import CIRCLE, Extent, fill, fixed
from simulators.scene.truth import Body

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LIGHT = np.array([-0.35, -0.8, -0.48], np.float32)
"""Towards the light in the camera's axes: right, down, forward."""
AMBIENT, DIFFUSE = 0.5, 0.72
FOLDS = 0.14
"""How much the folds of cloth change its brightness, 0..1."""
CLOTH = 96
"""Cells of the texture; one covers a body from head to foot."""
FAR_M = 1e6


class Canvas:
    """Part of the picture in which one figure is painted.

    Args:
        extent: pixels that it covers.
    """

    def __init__(self, extent: Extent) -> None:
        self._x0, self._y0, x1, y1 = extent
        shape = (y1 - self._y0, x1 - self._x0)
        self.pixels: Image = np.zeros((*shape, 3), np.uint8)
        self._depth: Floats = np.full(shape, FAR_M, np.float32)

    @property
    def mask(self) -> Image:
        """255 where something was painted, (H, W)."""
        return np.where(self._depth < FAR_M, 255, 0).astype(np.uint8)

    def window(self, low: Floats, high: Floats) -> tuple[slice, slice] | None:
        """Rows and columns between two corners of the picture, if any are inside."""
        height, width = self._depth.shape
        left, top = max(0, int(low[0]) - self._x0 - 1), max(0, int(low[1]) - self._y0 - 1)
        right = min(width, int(high[0]) - self._x0 + 2)
        bottom = min(height, int(high[1]) - self._y0 + 2)
        if left >= right or top >= bottom:
            return None
        return slice(top, bottom), slice(left, right)

    def places(self, window: tuple[slice, slice]) -> tuple[Floats, Floats]:
        """Pixel rows (H, 1) and columns (1, W) of a window, in the picture."""
        rows, columns = window
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + self._y0
        x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + self._x0
        return y, x

    def put(
        self, window: tuple[slice, slice], depth: Floats, inside: Bools, colour: Floats
    ) -> None:
        """Paint what is nearer than what is there.

        Args:
            window: where.
            depth: (H, W) metres.
            inside: (H, W) bool.
            colour: (H, W, 3) or (3,) BGR 0..255.
        """
        nearer = inside & (depth < self._depth[window])
        np.copyto(self._depth[window], depth, where=nearer)
        shown = np.broadcast_to(colour, (*nearer.shape, 3)).clip(0, 255).astype(np.uint8)
        np.copyto(self.pixels[window], shown, where=nearer[:, :, None])


def solid(body: Body, t_s: float, view: View, extent: Extent) -> tuple[Image, Image]:
    """Paint one person.

    Args:
        body: the person.
        t_s: decides the pose.
        view: the camera.
        extent: pixels that the person covers.

    Returns:
        The pixels of the extent, (H, W, 3) BGR, and where they belong to the person, (H, W) 0 or
        255.
    """
    shown = figure(body, t_s)
    centres, depth = view.project(shown.balls[:, :3])
    radii_m = shown.balls[:, 3]
    radii = radii_m * view.focal_px / depth
    balls = np.column_stack([centres, depth, radii, radii_m]).astype(np.float32)
    canvas = Canvas(extent)
    tall = max(1.0, float(np.ptp(centres[:, 1])))
    for part, (start, stop) in enumerate(_runs(shown, len(balls))):
        colour = np.array(shown.colours[part], np.float32)
        if not shown.own[part]:
            _flat(canvas, balls[start:stop], colour)
            continue
        for one, other in _pairs(stop - start):
            _capsule(canvas, balls[start + one], balls[start + other], colour, body.person, tall)
    return canvas.pixels, canvas.mask


def _runs(shown: Figure, count: int) -> list[tuple[int, int]]:
    starts = shown.starts.tolist()
    return list(zip(starts, [*starts[1:], count], strict=True))


@cache
def _pairs(count: int) -> list[tuple[int, int]]:
    return list(combinations(range(count), 2)) if count > 1 else [(0, 0)]


def _capsule(
    canvas: Canvas, one: Floats, other: Floats, colour: Floats, person: int, tall: float
) -> None:
    """Paint the solid between two balls (x, y px, depth m, radius px, radius m)."""
    reach = np.array([one[3], other[3]])[:, None]
    ends = np.stack([one[:2], other[:2]])
    window = canvas.window((ends - reach).min(axis=0), (ends + reach).max(axis=0))
    if window is None:
        return
    y, x = canvas.places(window)
    along = other[:2] - one[:2]
    square = float(along @ along)
    share = np.zeros((y.shape[0], x.shape[1]), np.float32)
    if square > 1e-6:
        share = ((x - one[0]) * along[0] + (y - one[1]) * along[1]) / square
        share = share.clip(0.0, 1.0)
    middle = one + share[:, :, None] * (other - one)
    right, down = (x - middle[:, :, 0]) / middle[:, :, 3], (y - middle[:, :, 1]) / middle[:, :, 3]
    out = 1.0 - right * right - down * down
    inside = out > 0.0
    towards = np.sqrt(np.maximum(out, 0.0))
    depth = middle[:, :, 2] - towards * middle[:, :, 4]
    lit = np.maximum(0.0, right * LIGHT[0] + down * LIGHT[1] - towards * LIGHT[2])
    bright = (AMBIENT + DIFFUSE * lit) * _cloth(y, x, one, person, tall)
    canvas.put(window, depth.astype(np.float32), inside, bright[:, :, None] * colour)


def _cloth(y: Floats, x: Floats, anchor: Floats, person: int, tall: float) -> Floats:
    """Brightness of the folds, fixed to the body."""
    texture = _texture()
    rows = ((y - anchor[1]) * (CLOTH / tall) + 31.0 * person).astype(np.int32) % CLOTH
    columns = ((x - anchor[0]) * (CLOTH / tall) + 17.0 * person).astype(np.int32) % CLOTH
    return np.asarray(texture[rows, columns], np.float32)


@cache
def _texture() -> Floats:
    noise = np.random.default_rng(11).normal(0.0, 1.0, (CLOTH, CLOTH)).astype(np.float32)
    # Tiled before it is blurred, so that its edges meet.
    folds = cv2.GaussianBlur(np.tile(noise, (3, 3)), (0, 0), 2.0)[CLOTH:-CLOTH, CLOTH:-CLOTH]
    return np.asarray(1.0 + FOLDS * folds / folds.std() * 0.5, np.float32)


def _flat(canvas: Canvas, balls: Floats, colour: Floats) -> None:
    """Paint the outline around some balls in one shade."""
    reach = balls[:, 3:4]
    window = canvas.window((balls[:, :2] - reach).min(axis=0), (balls[:, :2] + reach).max(axis=0))
    if window is None:
        return
    rows, columns = window
    y, x = canvas.places(window)
    corner = np.array([x[0, 0], y[0, 0]])
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    rim = (balls[:, None, :2] - corner + CIRCLE * reach[:, :, None]).reshape(-1, 2)
    fill(mask, np.asarray(cv2.convexHull(fixed(rim)), np.int32), 1)
    near = float((balls[:, 2] - balls[:, 4]).min())
    canvas.put(window, np.full(mask.shape, near, np.float32), mask > 0, colour)
