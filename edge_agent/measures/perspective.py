"""How a camera looks at the floor, learned from the people it sees.

People on a flat floor put their heads and their feet on two planes. Of a camera at a known tilt
each pair of a head's row and a foot's row tells how high the camera hangs; at the true tilt the
people near to it and those far from it tell the same height (Hoiem, Efros, Hebert, "Putting
objects in perspective", CVPR 2006, for a level camera).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BODY_M = 1.65
FOCAL = 1.2
"""Focal length of a usual shop camera, in heights of its picture."""
_TILTS = np.radians(np.arange(-5.0, 80.0, 2.0))
_LOWEST_M = 0.2
"""A camera hangs at least so far over the heads."""
ASPECT = 16.0 / 9.0
"""Width to height of a usual picture."""
STEEPEST = 1.0
FLAT, STEEP = 0.25, 0.5
"""Steepness up to which people hide each other and heads say little of where they stand, and from
which heads tell as well as feet."""
_LEAST_ANGLE = 0.02
"""Nobody is so far away that they stand nearer to the horizon, radians."""


def flatness(steepness: float) -> float:
    """How flat a view is, from 1 in a flat one to 0 in a steep one."""
    return min(max((STEEP - steepness) / (STEEP - FLAT), 0.0), 1.0)


class Perspective(NamedTuple):
    """A camera over a flat floor.

    Attributes:
        tilt: of the optical axis below the horizon, radians.
        over_heads_m: height of the camera over people's heads.
        steepness: how far down it is to a usual head for each metre towards it.
    """

    tilt: float
    over_heads_m: float
    steepness: float

    def spots(self, feet: Floats, boxes: Floats) -> Floats:
        """Where on the floor people stand.

        What is told by the feet and by the head counts alike where the camera looks down
        steeply. Where it does not, a head that is a hand's breadth higher seems a metre further
        away, and the feet speak alone.

        Args:
            feet: (N, 2) x y as fractions of the frame.
            boxes: (N, 4) x1 y1 x2 y2 as fractions of the frame.

        Returns:
            (2, N) metres to the right of the camera and away from it.
        """
        below_m = self.over_heads_m + BODY_M
        share = 0.5 * (1.0 - flatness(self.steepness))
        if share == 0.0:
            return self.floor(feet[:, 0], feet[:, 1], below_m)
        # Both at once cost hardly more than one.
        n = len(feet)
        across, rows, below = np.empty((3, 2 * n))
        across[:n], rows[:n] = feet.T
        np.add(boxes[:, 0], boxes[:, 2], out=across[n:])
        across[n:] /= 2.0
        rows[n:] = boxes[:, 1]
        below[:n], below[n:] = below_m, self.over_heads_m
        places = self.floor(across, rows, below)
        by_feet, by_head = places[:, :n], places[:, n:]
        by_feet += share * (by_head - by_feet)
        return by_feet

    def floor(self, across: Floats, rows: Floats, below_m: float | Floats) -> Floats:
        """(2, N) metres to the right and away of what is so far below the camera.

        Args:
            across: (N,) fractions of the width.
            rows: (N,) fractions of the height.
            below_m: metres, of all or of each.
        """
        down, level = math.sin(self.tilt), math.cos(self.tilt)
        slant = (rows - 0.5) / FOCAL
        # Metres along the optical axis; nobody stands near the horizon or above it.
        depth_m = level * slant
        depth_m += down
        np.maximum(depth_m, _LEAST_ANGLE, out=depth_m)
        np.divide(below_m, depth_m, out=depth_m)
        place = np.empty((2, len(rows)))
        right, away = place
        np.subtract(across, 0.5, out=right)
        right *= ASPECT / FOCAL
        np.multiply(slant, -down, out=away)
        away += level
        place *= depth_m
        return place


def perspective(slope: float, offset: float, near: float, far: float) -> Perspective | None:
    """Find the camera under which everybody is about equally tall.

    Args:
        slope: by which rows of heads grow with the rows of the feet below them.
        offset: the row of a head whose feet would be at row 0.
        near: a row of feet at which people were seen, low in the picture.
        far: another one, higher up.

    Returns:
        None where no camera sees people like that.

    A wrong focal length scales what a flat view tells of distances, and hardly that of a steep one.
    """
    feet = np.array([[near], [far]])
    below = np.tan(_TILTS + np.arctan((feet - 0.5) / FOCAL))
    head_below = np.tan(_TILTS + np.arctan((slope * feet + offset - 0.5) / FOCAL))
    with np.errstate(divide="ignore", invalid="ignore"):
        over = BODY_M * head_below / (below - head_below)
        differ = np.where((over > _LOWEST_M).all(axis=0), np.log(over[0] / over[1]), np.nan)
    crossed = np.flatnonzero(differ[:-1] * differ[1:] <= 0.0)
    if not len(crossed):
        return None
    k = int(crossed[0])
    part = differ[k] / (differ[k] - differ[k + 1]) if differ[k] != differ[k + 1] else 0.0
    tilt = float(_TILTS[k] + part * (_TILTS[k + 1] - _TILTS[k]))
    over_m = np.exp((1.0 - part) * np.log(over[:, k]) + part * np.log(over[:, k + 1]))
    middle = slope * (near + far) / 2.0 + offset
    down = math.tan(tilt + math.atan((middle - 0.5) / FOCAL))
    return Perspective(tilt, float(over_m.mean()), min(max(down, 0.0), STEEPEST))
