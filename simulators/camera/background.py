"""Floor, walls and furniture: painted once, then laid over those who stand behind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.camera.projection import NEAR_M, View
from simulators.scene.layout import Box

Image = NDArray[np.uint8]
_TILE_M = 0.6


def as_image(picture: NDArray[Any]) -> Image:
    """Round down to eight bits."""
    return np.asarray(picture, np.uint8)


def paint_floor(view: View) -> Image:
    """Paint the tiled floor up to the back wall, and the wall."""
    h, w = view.height, view.width
    across = ((np.arange(w, dtype=np.float32) + 0.5 - w / 2.0) / view.focal_px)[None, :]
    downward = ((np.arange(h, dtype=np.float32) + 0.5 - h / 2.0) / view.focal_px)[:, None]
    # Direction of the ray through each pixel, axis by axis: x, y, z of the shop.
    ray_x, ray_y, ray_z = (
        across * np.float32(right) + downward * np.float32(down) + np.float32(forward)
        for right, down, forward in view.axes().T
    )
    reach = np.float32(-view.z) / np.minimum(ray_z, np.float32(-1e-4))
    x, y = reach * ray_x + np.float32(view.x), reach * ray_y + np.float32(view.y)
    tiles = (np.floor(x / _TILE_M) + np.floor(y / _TILE_M)) % 2
    far = np.clip(reach / 30.0, 0.0, 1.0)
    rng = np.random.default_rng(11)
    coarse = cv2.GaussianBlur(
        rng.normal(0.0, 9.0, (h // 4 + 1, w // 4 + 1)).astype(np.float32), (0, 0), 1.5
    )
    grain = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)
    tone = 176.0 + 7.0 * tiles - 40.0 * far + grain
    joint = (np.minimum(x % _TILE_M, y % _TILE_M) < 0.012) & (reach < 14.0)
    tone = np.where(joint, tone - 18.0, tone)
    wall = (ray_z > -1e-3) | (reach > 40.0)
    tone = np.where(wall, 150.0 + 20.0 * (np.arange(h) / h)[:, None], tone)
    grey = as_image(np.clip(tone, 0, 255))
    # A little less blue than grey: lamps on concrete.
    blue, green = (cv2.convertScaleAbs(grey, alpha=part) for part in (0.97, 0.99))
    return as_image(cv2.merge([blue, green, grey]))


_FACES = {
    "left": ((0, 0), (0, 1)),
    "right": ((1, 1), (1, 0)),
    "front": ((1, 0), (0, 0)),
    "back": ((0, 1), (1, 1)),
}
_LIGHTNESS = {"left": 0.78, "right": 0.7, "front": 0.9, "back": 0.66, "top": 1.12}
_GOODS = (
    (58, 70, 190),
    (60, 150, 205),
    (150, 90, 50),
    (90, 160, 90),
    (190, 190, 196),
    (70, 60, 120),
)


@dataclass(slots=True)
class _Layer:
    """A piece's own pixels within a rectangle of the picture."""

    x0: int
    y0: int
    x1: int
    y1: int
    mask: NDArray[np.bool_]
    pixels: Image


def may_hide(pieces: Sequence[Furniture], feet: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether piece k may stand between the camera and person i at ``feet`` (N, 2): (N, K)."""
    floors = np.array([piece.hidden_floor for piece in pieces], np.float64).reshape(-1, 4)
    return within(feet, floors)


def within(feet: NDArray[np.float64], floors: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether person i (N, 2) stands on floor k (K, 4; x y at least, x y at most): (N, K)."""
    x, y = feet[:, 0, None], feet[:, 1, None]
    return np.asarray(
        (x >= floors[:, 0]) & (y >= floors[:, 1]) & (x <= floors[:, 2]) & (y <= floors[:, 3])
    )


class Furniture:
    """One piece in one view."""

    def __init__(self, box: Box, view: View) -> None:
        self._box, self._view = box, view
        centre = np.array([[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.z0]])
        self.depth_m = float(view.project(centre)[1][0])
        corners = np.array(
            [
                (x, y, z)
                for x in (box.x0, box.x1)
                for y in (box.y0, box.y1)
                for z in (box.z0, box.height)
            ]
        )
        pixels, depth = view.project(corners)
        self._visible = bool(depth.min() > NEAR_M)
        self._hull = cv2.convexHull(np.round(pixels).astype(np.int32))
        self._layer: _Layer | None = None

    @property
    def hidden_floor(self) -> tuple[float, float, float, float]:
        """Floor on which it may hide people: x and y at least, x and y at most, in metres.

        Nobody is hidden who stands before a side face that also has the camera before it.
        """
        box, view = self._box, self._view
        if self._layer is None:
            return (np.inf, np.inf, -np.inf, -np.inf)
        return (
            box.x0 if view.x < box.x0 else -np.inf,
            box.y0 if view.y < box.y0 else -np.inf,
            box.x1 if view.x > box.x1 else np.inf,
            box.y1 if view.y > box.y1 else np.inf,
        )

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """Rectangle of the picture around it, x0 y0 x1 y1; empty where it cannot be seen."""
        layer = self._layer
        return (layer.x0, layer.y0, layer.x1, layer.y1) if layer is not None else (0, 0, 0, 0)

    def paint(self, image: Image) -> None:
        """Paint it on the background; the farthest piece has to come first."""
        if not self._visible:
            return
        box, view = self._box, self._view
        xs, ys = (box.x0, box.x1), (box.y0, box.y1)
        for name, ((i0, j0), (i1, j1)) in _FACES.items():
            if self._faces_camera(name):
                edge = np.array([(xs[i0], ys[j0]), (xs[i1], ys[j1])])
                self._paint_side(image, edge, _LIGHTNESS[name])
        if view.z > box.height:
            top = np.array(
                [
                    (x, y, box.height)
                    for x, y in ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))
                ]
            )
            self._fill(image, top, _LIGHTNESS["top"])
            if box.kind == "counter":
                belt = top.copy()
                belt[:, 0] = np.clip(belt[:, 0], box.x0 + 0.14, box.x1 - 0.04)
                belt[:, 1] = np.clip(belt[:, 1], box.y0 + 0.7, box.y1 - 0.05)
                self._fill(image, belt, 0.3)

    def remember(self, background: Image) -> None:
        """Keep its own pixels of the finished background."""
        if not self._visible:
            return
        h, w = background.shape[:2]
        x, y, width, height = cv2.boundingRect(self._hull)
        x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + width), min(h, y + height)
        if x0 >= x1 or y0 >= y1:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(mask, self._hull - (x0, y0), 1)
        self._layer = _Layer(x0, y0, x1, y1, mask.astype(np.bool_), background[y0:y1, x0:x1].copy())

    def restore(self, image: Image, extent: tuple[int, int, int, int]) -> None:
        """Lay it over whatever was drawn inside ``extent`` (x0 y0 x1 y1)."""
        overlap = self._overlap(extent)
        if overlap is not None:
            there, own = overlap
            layer = self._layer
            assert layer is not None  # noqa: S101  # an overlap exists only with a layer
            np.copyto(image[there], layer.pixels[own], where=layer.mask[own][..., None])

    def blot(self, labels: NDArray[np.uint8], extent: tuple[int, int, int, int]) -> None:
        """Write 0 where it lies over whatever was labelled inside ``extent``."""
        overlap = self._overlap(extent)
        if overlap is not None and self._layer is not None:
            there, own = overlap
            labels[there][self._layer.mask[own]] = 0

    def covers(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points of the picture (pixels) it lies over."""
        layer = self._layer
        if layer is None:
            return np.zeros(x.shape, np.bool_)
        inside = (x >= layer.x0) & (x < layer.x1) & (y >= layer.y0) & (y < layer.y1)
        columns = np.where(inside, x - layer.x0, 0).astype(np.int64)
        rows = np.where(inside, y - layer.y0, 0).astype(np.int64)
        return inside & layer.mask[rows, columns]

    def _overlap(
        self, extent: tuple[int, int, int, int]
    ) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        layer = self._layer
        if layer is None:
            return None
        x0, y0 = max(extent[0], layer.x0), max(extent[1], layer.y0)
        x1, y1 = min(extent[2], layer.x1), min(extent[3], layer.y1)
        if x0 >= x1 or y0 >= y1:
            return None
        own = (slice(y0 - layer.y0, y1 - layer.y0), slice(x0 - layer.x0, x1 - layer.x0))
        return (slice(y0, y1), slice(x0, x1)), own

    def _faces_camera(self, face: str) -> bool:
        box, view = self._box, self._view
        return {
            "left": view.x < box.x0,
            "right": view.x > box.x1,
            "front": view.y < box.y0,
            "back": view.y > box.y1,
        }[face]

    def _paint_side(self, image: Image, edge: NDArray[np.float64], lightness: float) -> None:
        box = self._box
        self._fill(image, _upright(edge, box.z0, box.height), lightness)
        if box.kind == "rack":
            self._paint_goods(image, edge, lightness)
        elif box.kind == "counter":
            self._fill(image, _upright(edge, 0.0, 0.1), lightness * 0.4)
            self._fill(image, _upright(edge, box.height - 0.07, box.height), lightness * 0.6)

    def _paint_goods(self, image: Image, edge: NDArray[np.float64], lightness: float) -> None:
        """Rows of packages on four boards."""
        rng = np.random.default_rng(5)
        length = float(np.hypot(*(edge[1] - edge[0])))
        boards = np.linspace(0.15, self._box.height - 0.1, 5)
        for low, high in itertools.pairwise(boards):
            self._fill(image, _upright(edge, low, high), lightness * 0.45)
            at = 0.04
            while at < length - 0.12:
                width = float(rng.uniform(0.1, 0.22))
                part = np.array([at, min(at + width, length - 0.03)]) / length
                piece = edge[0] + (edge[1] - edge[0]) * part[:, None]
                top = low + (high - low) * float(rng.uniform(0.55, 0.85))
                colour = _GOODS[int(rng.integers(len(_GOODS)))]
                self._fill(image, _upright(piece, low + 0.02, top), lightness, colour)
                at += width + 0.015

    def _fill(
        self,
        image: Image,
        corners: NDArray[np.float64],
        lightness: float,
        colour: tuple[int, int, int] | None = None,
    ) -> None:
        pixels, _ = self._view.project(corners)
        shade = tuple(min(255, int(c * lightness)) for c in colour or self._box.colour)
        cv2.fillConvexPoly(image, np.round(pixels * 8).astype(np.int32), shade, cv2.LINE_AA, 3)


def _upright(edge: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    (x0, y0), (x1, y1) = edge
    return np.array([(x0, y0, low), (x1, y1, low), (x1, y1, high), (x0, y0, high)])
