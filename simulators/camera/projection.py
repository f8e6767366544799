"""A pinhole camera above the shop floor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.scene.layout import Point, Polygon

Floats = NDArray[np.float64]

NEAR_M = 0.3
"""Nothing nearer than this is drawn."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a camera hangs and what it looks like inside.

    Attributes:
        x, y, z: position in metres.
        yaw: direction in radians from the x axis, counter-clockwise seen from above.
        pitch: radians below the horizon.
        focal_px: focal length in pixels.
        width, height: size of the picture in pixels.
    """

    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    focal_px: float
    width: int = 1280
    height: int = 720

    def axes(self) -> Floats:
        """Unit vectors to the right, down and forward, shape (3, 3), one a row."""
        cos_yaw, sin_yaw = math.cos(self.yaw), math.sin(self.yaw)
        cos_pitch, sin_pitch = math.cos(self.pitch), math.sin(self.pitch)
        right = (sin_yaw, -cos_yaw, 0.0)
        down = (-sin_pitch * cos_yaw, -sin_pitch * sin_yaw, -cos_pitch)
        forward = (cos_pitch * cos_yaw, cos_pitch * sin_yaw, -sin_pitch)
        return np.array([right, down, forward])

    def project(self, points: NDArray[Any]) -> tuple[Floats, Floats]:
        """Project points of the shop into the picture.

        Args:
            points: (N, 3) metres.

        Returns:
            (N, 2) x y in pixels and (N,) depth in metres. Points nearer than ``NEAR_M`` are
            projected as if they were that far; their depth tells them.
        """
        local = (np.asarray(points, np.float64) - (self.x, self.y, self.z)) @ self.axes().T
        depth = local[:, 2]
        scale = self.focal_px / np.maximum(depth, NEAR_M)
        pixels = local[:, :2] * scale[:, None]
        centre = np.array([self.width / 2.0, self.height / 2.0])
        return pixels + centre, depth

    def on_picture(self, polygon: Polygon) -> list[Point]:
        """Outline of a polygon of the floor as fractions of the frame, clipped to it.

        Empty when nothing of it is in the picture.
        """
        corners = np.array([(x, y, 0.0) for x, y in polygon])
        local = (corners - (self.x, self.y, self.z)) @ self.axes().T
        # Clip against the near plane and the four planes through the borders of the picture.
        half_x = self.width / 2.0 / self.focal_px
        half_y = self.height / 2.0 / self.focal_px
        planes = (
            ((0.0, 0.0, 1.0), NEAR_M),
            ((1.0, 0.0, half_x), 0.0),
            ((-1.0, 0.0, half_x), 0.0),
            ((0.0, 1.0, half_y), 0.0),
            ((0.0, -1.0, half_y), 0.0),
        )
        for normal, limit in planes:
            local = _clip(local, np.array(normal), limit)
            if len(local) == 0:
                return []
        x = local[:, 0] / local[:, 2] / half_x / 2.0 + 0.5
        y = local[:, 1] / local[:, 2] / half_y / 2.0 + 0.5
        return [
            (round(min(1.0, max(0.0, a)), 4), round(min(1.0, max(0.0, b)), 4))
            for a, b in zip(x.tolist(), y.tolist(), strict=True)
        ]


def _clip(points: Floats, normal: Floats, limit: float) -> Floats:
    """Keep the part of a polygon where ``normal · p >= limit`` (Sutherland and Hodgman, 1974)."""
    distance = points @ normal - limit
    kept: list[Floats] = []
    for i in range(len(points)):
        d0, d1 = distance[i - 1], distance[i]
        if (d0 >= 0.0) != (d1 >= 0.0):
            kept.append(points[i - 1] + (points[i] - points[i - 1]) * (d0 / (d0 - d1)))
        if d1 >= 0.0:
            kept.append(points[i])
    return np.array(kept)


def look_at(
    position: tuple[float, float, float],
    target: tuple[float, float, float],
    focal_px: float,
    width: int = 1280,
    height: int = 720,
) -> View:
    """Aim a camera at a point."""
    dx, dy, dz = (t - p for t, p in zip(target, position, strict=True))
    yaw, pitch = math.atan2(dy, dx), math.atan2(-dz, math.hypot(dx, dy))
    return View(*position, yaw, pitch, focal_px * width / 1280.0, width, height)
