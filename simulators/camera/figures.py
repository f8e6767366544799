"""A person as a body of rounded parts in space, and the cart they push.

A part is the convex hull of some balls: a limb has two, a trunk four. Its outline in the picture is
the hull of the balls' circles, so one model serves every view.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.scene.people import Colour
from simulators.scene.truth import Body

Ball = tuple[float, float, float, float]
"""Forward, to the left, up, radius; in metres."""

STRIDE_M = 1.4
"""Metres walked in two steps."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The parts of one person and of what they carry or push.

    Attributes:
        balls: (N, 4) x y z radius in metres, in the shop; the balls of a part follow each other.
        starts: (P,) first ball of each part.
        colours: BGR of each part.
        own: whether the part belongs to the body; a cart or basket does not.
        flat: whether the part is painted without shading (wire, eyes).
    """

    balls: NDArray[np.float64]
    starts: NDArray[np.int64]
    colours: list[Colour]
    own: list[bool]
    flat: list[bool]


_Raw = tuple[list[Ball], Colour, bool, bool]


def figure(body: Body, t_s: float) -> Figure:
    """Build one person at ``t_s``, cart and bag included."""
    parts = [*_legs(body), *_trunk(body), *_arms(body, t_s), *_head(body, t_s), *_bag(body)]
    if body.look.cart:
        parts += _cart(body)
    balls = np.array([ball for part in parts for ball in part[0]], np.float64)
    counts = [len(part[0]) for part in parts]
    starts = np.cumsum([0, *counts[:-1]])
    x, y, cos, sin = _placing(body, t_s)
    ahead, left = balls[:, 0].copy(), balls[:, 1].copy()
    balls[:, 0] = x + ahead * cos - left * sin
    balls[:, 1] = y + ahead * sin + left * cos
    return Figure(
        balls,
        starts,
        [part[1] for part in parts],
        [part[2] for part in parts],
        [part[3] for part in parts],
    )


def _placing(body: Body, t_s: float) -> tuple[float, float, float, float]:
    """x, y, cos and sin of the heading; those who stand shift their weight a little."""
    pose = body.pose
    x, y, heading = pose.x, pose.y, pose.heading
    if not pose.walking:
        phase = body.person * 1.7
        x += 0.018 * math.sin(0.7 * t_s + phase)
        y += 0.012 * math.sin(0.45 * t_s + 2 * phase)
        heading += 0.14 * math.sin(0.23 * t_s + phase)
    return x, y, math.cos(heading), math.sin(heading)


def _dark(colour: Colour, factor: float) -> Colour:
    b, g, r = (min(255, int(c * factor)) for c in colour)
    return (b, g, r)


def _swing(body: Body) -> float:
    """Angle of the left leg forward, radians."""
    if not body.pose.walking:
        return 0.03
    return 0.42 * math.sin(2.0 * math.pi * body.pose.walked_m / STRIDE_M)


def _legs(body: Body) -> list[_Raw]:
    look, h = body.look, body.look.height_m
    swing = _swing(body)
    parts: list[_Raw] = []
    for side, angle in ((1.0, swing), (-1.0, -swing)):
        left = side * 0.052 * h
        hip = (0.0, left, 0.5 * h)
        bend = max(0.0, -angle) * 0.8
        knee = (0.25 * h * math.sin(angle), left, 0.5 * h - 0.23 * h * math.cos(angle))
        shin = angle - bend
        ankle = (
            knee[0] + 0.23 * h * math.sin(shin),
            left,
            max(0.045, knee[2] - 0.235 * h * math.cos(shin)),
        )
        g = look.girth
        parts.append(([(*hip, 0.056 * h * g), (*knee, 0.037 * h * g)], look.bottom, True, False))
        parts.append(([(*knee, 0.036 * h * g), (*ankle, 0.025 * h)], look.bottom, True, False))
        foot_z = ankle[2] - 0.012
        toe = (ankle[0] + 0.085 * h, left, foot_z - 0.005)
        parts.append(
            ([(ankle[0], left, foot_z, 0.028 * h), (*toe, 0.022 * h)], look.shoes, True, False)
        )
    if look.coat:
        skirt = [
            (0.0, 0.055 * h, 0.5 * h, 0.075 * h),
            (0.0, -0.055 * h, 0.5 * h, 0.075 * h),
            (0.02, 0.06 * h, 0.33 * h, 0.062 * h),
            (0.02, -0.06 * h, 0.33 * h, 0.062 * h),
        ]
        parts.append((skirt, _dark(look.top, 0.94), True, False))
    return parts


def _trunk(body: Body) -> list[_Raw]:
    look, h, g = body.look, body.look.height_m, body.look.girth
    trunk = [
        (0.0, 0.088 * h * g, 0.79 * h, 0.043 * h * g),
        (0.0, -0.088 * h * g, 0.79 * h, 0.043 * h * g),
        (0.012, 0.045 * h * g, 0.68 * h, 0.07 * h * g),
        (0.012, -0.045 * h * g, 0.68 * h, 0.07 * h * g),
        (0.0, 0.045 * h * g, 0.53 * h, 0.066 * h * g),
        (0.0, -0.045 * h * g, 0.53 * h, 0.066 * h * g),
    ]
    neck = [(0.005, 0.0, 0.82 * h, 0.036 * h), (0.015, 0.0, 0.87 * h, 0.033 * h)]
    return [(neck, look.skin, True, False), (trunk, look.top, True, False)]


def _arms(body: Body, t_s: float) -> list[_Raw]:
    look, h, g = body.look, body.look.height_m, body.look.girth
    swing = _swing(body) * 0.9
    parts: list[_Raw] = []
    for side, angle in ((1.0, -swing), (-1.0, swing)):
        lift, reach = _arm_angles(body, t_s, side, angle)
        left = side * 0.122 * h * g
        shoulder = (0.0, left, 0.795 * h)
        elbow = (
            0.17 * h * math.sin(lift),
            left + side * 0.018 * h,
            0.795 * h - 0.17 * h * math.cos(lift),
        )
        wrist = (
            elbow[0] + 0.15 * h * math.sin(reach),
            left * (1.0 if reach < 0.9 else 0.72),
            elbow[2] - 0.15 * h * math.cos(reach),
        )
        hand = (
            wrist[0] + 0.03 * h * math.sin(reach),
            wrist[1],
            wrist[2] - 0.03 * h * math.cos(reach),
        )
        sleeve = _dark(look.top, 0.9)
        parts.append(([(*shoulder, 0.039 * h), (*elbow, 0.029 * h)], sleeve, True, False))
        parts.append(([(*elbow, 0.028 * h), (*wrist, 0.021 * h)], sleeve, True, False))
        parts.append(([(*wrist, 0.02 * h), (*hand, 0.022 * h)], look.skin, True, False))
    return parts


def _arm_angles(body: Body, t_s: float, side: float, angle: float) -> tuple[float, float]:
    """Angles of the upper arm and the forearm forward from hanging down, radians."""
    if body.reaching and side > 0:
        return 1.35, 1.6
    if body.look.cart:
        return 0.55, 1.25
    if body.role in ("cashier", "packer"):
        busy = 0.25 * math.sin(2.1 * t_s + body.person + side)
        return 0.45 + busy, 1.35 + busy
    if not body.pose.walking and (body.person * 7 + int(side)) % 5 == 0:
        return 0.25, 1.75
    return angle, angle + 0.22


def _head(body: Body, t_s: float) -> list[_Raw]:
    look, h = body.look, body.look.height_m
    centre = 0.925 * h
    nod = 0.0 if body.pose.walking else 0.03 * math.sin(0.31 * t_s + body.person)
    skull = [(0.01, nod, centre + 0.016 * h, 0.056 * h), (0.02, nod, centre - 0.016 * h, 0.046 * h)]
    parts: list[_Raw] = [(skull, look.skin, True, False)]
    eyes = [(0.055 * h, nod + s * 0.02 * h, centre - 0.002 * h, 0.0045 * h) for s in (1.0, -1.0)]
    parts += [([eye], (26, 26, 30), True, True) for eye in eyes]
    if look.hair_style == "bald":
        return parts
    top = [
        (-0.014 * h, nod, centre + 0.026 * h, 0.06 * h),
        (0.022 * h, nod, centre + 0.042 * h, 0.043 * h),
        (-0.024 * h, nod, centre - 0.006 * h, 0.047 * h),
    ]
    colour = look.bag_colour if look.hair_style == "cap" else look.hair
    parts.append((top, colour, True, False))
    if look.hair_style == "long":
        back = [(-0.026 * h, nod, centre, 0.052 * h), (-0.034 * h, nod, 0.81 * h, 0.044 * h)]
        parts.append((back, _dark(look.hair, 0.92), True, False))
    return parts


def _bag(body: Body) -> list[_Raw]:
    look, h = body.look, body.look.height_m
    if look.bag == "backpack":
        balls = [
            (-0.1 * h, s * 0.05 * h, z * h, 0.05 * h) for s in (1.0, -1.0) for z in (0.74, 0.6)
        ]
        return [(balls, look.bag_colour, True, False)]
    if look.bag == "shoulder":
        side = 0.15 * h
        bag: list[Ball] = [
            (d * 0.07 * h, side, z * h, 0.03 * h) for d in (1.0, -1.0) for z in (0.53, 0.44)
        ]
        strap: list[Ball] = [
            (0.03, 0.08 * h, 0.81 * h, 0.012 * h),
            (0.03, side, 0.55 * h, 0.012 * h),
        ]
        return [
            (bag, look.bag_colour, True, False),
            (strap, _dark(look.bag_colour, 0.7), True, False),
        ]
    if look.bag == "basket" and not look.cart:
        balls = [
            (d * 0.16, -0.16 * h + s * 0.09, z, 0.02)
            for d in (1.0, -1.0)
            for s in (1.0, -1.0)
            for z in (0.42 * h, 0.42 * h - 0.2)
        ]
        return [(balls, look.bag_colour, False, False)]
    return []


CART_BARS: Colour = (168, 170, 172)


def _cart(body: Body) -> list[_Raw]:
    """A wire cart in front of the person: a basket of goods, frame, wheels and the handle."""
    corners = [(0.42, 0.26), (0.42, -0.26), (1.12, 0.2), (1.12, -0.2)]
    parts: list[_Raw] = []
    for ahead, left in corners:
        parts.append(([(ahead, left, 0.06, 0.05)], (40, 40, 42), False, False))
        parts.append(
            ([(ahead, left, 0.1, 0.016), (ahead, left, 0.5, 0.016)], CART_BARS, False, False)
        )
    goods: list[Ball] = [
        (a, lf, z, 0.06)
        for a, lf in ((0.55, 0.14), (0.55, -0.14), (1.0, 0.1), (1.0, -0.1))
        for z in (0.58, 0.74)
    ]
    parts.append((goods, body.look.bag_colour, False, False))
    for z in (0.52, 0.64, 0.76, 0.9):
        for (a0, l0), (a1, l1) in (
            (corners[0], corners[1]),
            (corners[1], corners[3]),
            (corners[3], corners[2]),
            (corners[2], corners[0]),
        ):
            parts.append(([(a0, l0, z, 0.011), (a1, l1, z, 0.011)], CART_BARS, False, True))
    handle: list[Ball] = [(0.3, 0.26, 1.0, 0.02), (0.3, -0.26, 1.0, 0.02)]
    parts.append((handle, (44, 44, 170), False, False))
    return parts
