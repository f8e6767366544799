"""Cheap measurements of a picture: thumbnail, light, sharpness, and whether the view is the same.

All work on the green channel, which carries most of the luminance and costs no colour conversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Sample = NDArray[np.uint8]
"""Every n-th pixel of the green channel, about 320 wide; noise and all."""

Thumbnail = NDArray[np.uint8]
"""(h, 160) grey levels, averaged over their area."""

THUMBNAIL_WIDTH = 160
_TILE = 10
_MIN_EDGE = 24.0
"""Grey levels of rise that make an edge; twice what noise in the dark reaches."""
_MIN_EDGES = 40
_MOST_EDGES = 400
_MIN_TILES = 6
"""A view with fewer structured tiles cannot be told from another."""
_STRUCTURE = 4.0
"""RMS gradient, in grey levels a thumbnail pixel, from which a tile has something to recognise."""
_SAME_TILE = 0.4
"""Similarity of a tile to its reference from which it counts as unchanged; 0 is chance."""


def sample(image: NDArray[np.uint8]) -> Sample:
    """Take every n-th pixel of a (H, W, 3) BGR picture, so that about 320 columns stay."""
    step = max(1, image.shape[1] // (2 * THUMBNAIL_WIDTH))
    return np.ascontiguousarray(image[step // 2 :: step, step // 2 :: step, 1])


def thumbnail(pixels: Sample) -> Thumbnail:
    """Average a sample down to 160 columns; the height keeps the aspect ratio."""
    height = max(_TILE, round(pixels.shape[0] * THUMBNAIL_WIDTH / pixels.shape[1]))
    small = cv2.resize(pixels, (THUMBNAIL_WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


class Glance:
    """What is taken of each picture at once, for whoever looks at it first.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        pixels: sample of it.

    Args:
        image: the picture.
    """

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self.image = image
        self.pixels = sample(image)

    @cached_property
    def small(self) -> Thumbnail:
        """Thumbnail of the picture."""
        return thumbnail(self.pixels)


def brightness(small: Thumbnail) -> float:
    """Give the grey level (0..255) that nine tenths of the picture stay below."""
    return float(np.percentile(small, 90))


def sharpness(image: NDArray[np.uint8]) -> float | None:
    """Measure how steep the strongest edges are: 1 is as steep as can be, 0 flat.

    It is the share of an edge's rise that happens within 1/400 of the picture's width (3 px of
    1280), taken at the strongest edges along some rows: noise, which no defocus takes away, does
    not pass for sharpness. A Gaussian blur of 2 px at 1280 gives about .55, of 4 px .3.

    Returns:
        The median over those edges; None where there is no edge to judge by.
    """
    height, width = image.shape[:2]
    step = max(1, height // 40)
    rows = image[step // 2 :: step, :, 1].astype(np.int16)
    reach, span = max(2, width // 400), max(10, width // 40)
    rise = np.abs(rows[:, span:] - rows[:, :-span])
    strong = max(_MIN_EDGE, float(np.percentile(rise, 98)))
    edges = np.flatnonzero(rise >= strong)
    if len(edges) < _MIN_EDGES:
        return None
    edges = edges[:: max(1, len(edges) // _MOST_EDGES)]
    at_row, at_column = np.unravel_index(edges, rise.shape)
    slopes = np.abs(rows[:, reach:] - rows[:, :-reach])
    inside = slopes[at_row[:, None], at_column[:, None] + np.arange(span - reach + 1)]
    return float(np.median(inside.max(axis=1) / rise[at_row, at_column]))


@dataclass(frozen=True)
class View:
    """What a place looks like by its edges, whatever the light.

    Attributes:
        field: (h, 160) complex64; size of the gradient, and twice its angle, so that an edge is
            the same whichever side is brighter (daylight, infrared).
    """

    field: NDArray[np.complex64]

    @classmethod
    def of(cls, small: Thumbnail) -> View:
        """Take the edges of a thumbnail."""
        gx = cv2.Scharr(small, cv2.CV_32F, 1, 0, scale=1.0 / 32.0)
        gy = cv2.Scharr(small, cv2.CV_32F, 0, 1, scale=1.0 / 32.0)
        gradient = gx + 1j * gy
        size = np.abs(gradient)
        return cls((gradient * gradient / np.maximum(size, 1e-6)).astype(np.complex64))

    @cached_property
    def _tiles(self) -> NDArray[np.complex64]:
        rows, columns = (n // _TILE for n in self.field.shape)
        cut = self.field[: rows * _TILE, : columns * _TILE]
        return cut.reshape(rows, _TILE, columns, _TILE).swapaxes(1, 2).reshape(-1, _TILE * _TILE)

    @cached_property
    def _energy(self) -> NDArray[np.float32]:
        return np.asarray(np.mean(np.abs(self._tiles) ** 2, axis=1), np.float32)

    @cached_property
    def structure(self) -> float:
        """Share of the tiles (0..1) that hold something to recognise."""
        return float(np.mean(self._energy > _STRUCTURE**2))

    def agreement(self, now: View) -> float | None:
        """Say which share (0..1) of this view's structured tiles looks the same in ``now``.

        Returns:
            The share; None when this view has too little structure or another size.
        """
        if now.field.shape != self.field.shape:
            return None
        known = self._energy > _STRUCTURE**2
        if int(known.sum()) < _MIN_TILES:
            return None
        product = np.mean(self._tiles[known] * np.conj(now._tiles[known]), axis=1).real
        size = np.sqrt(self._energy[known] * np.maximum(now._energy[known], 1.0))
        return float(np.mean(product / size > _SAME_TILE))

    def shift(self, now: View) -> tuple[float, float, float] | None:
        """Measure how far the view moved, by phase correlation of the edges.

        Returns:
            (dx, dy, response): how far things moved right and down, as fractions of the width,
            and how clearly, 0..1; None when the sizes differ.
        """
        if now.field.shape != self.field.shape:
            return None
        before, after = np.abs(self.field), np.abs(now.field)
        window = cv2.createHanningWindow(before.shape[::-1], cv2.CV_32F)
        (dx, dy), response = cv2.phaseCorrelate(before, after, window)
        return dx / THUMBNAIL_WIDTH, dy / THUMBNAIL_WIDTH, float(response)

    def blended(self, now: View, weight: float) -> View:
        """Mix ``now`` into this view with a weight of 0..1."""
        return View((self.field * (1.0 - weight) + now.field * weight).astype(np.complex64))
