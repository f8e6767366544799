"""Many shops, each seen by one camera, in pictures as good and as bad as cameras give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np

from simulators.camera.drawing import Image, Painter, Seen, encode
from simulators.camera.projection import View, look_at
from simulators.scene.layout import Box, Layout
from simulators.scene.people import Colour
from simulators.scene.scene import Scene
from simulators.scene.settings import busy, orderly

PICTURES, EVERY_S = 36, 5.0
"""Pictures of each shop, and the time between them."""
THINGS = 8
"""Most things that stand about in a shop."""
SIZES = ((1280, 720), (1280, 720), (1280, 720), (1920, 1080), (960, 540), (1024, 768))


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and who is in it."""

    image: Image
    people: list[Seen]
    solid: bool


def pictures(shop: int) -> Iterator[Picture]:
    """Draw the pictures of shop number ``shop``; both ways of drawing take turns."""
    rng = Random(f"shop {shop}")
    settings = rng.choice((orderly, orderly, busy))
    scene = Scene(settings(rng.choice((2, 2, 3))), 1000 + shop)
    layout = scene.settings.layout
    view = hang_camera(rng, layout)
    # Things stand about that nobody should be told for; the people walk through them.
    filled = replace(layout, boxes=(*layout.boxes, *things(rng, layout)))
    painters = [Painter(filled, view, solid=solid) for solid in (False, True)]
    opened_s = rng.uniform(200.0, 600.0)
    for k in range(PICTURES):
        scene.advance(opened_s + k * EVERY_S)
        snapshot = scene.snapshot()
        people = painters[0].truth(snapshot)
        yield Picture(_as_taken(painters[k % 2].draw(snapshot), rng), people, bool(k % 2))


def hang_camera(rng: Random, layout: Layout) -> View:
    """Hang a camera in line with the queues, high above them, or anywhere around."""
    x, y = (layout.lanes[0].x - 0.9 + layout.passage_x) / 2.0, 3.4
    kind = rng.choice(("along", "high", "around"))
    if kind == "along":
        place = (x + rng.uniform(-1.2, 1.8), -rng.uniform(3.5, 7.0), rng.uniform(2.3, 3.4))
    elif kind == "high":
        place = (x + rng.uniform(-1.2, 1.8), -rng.uniform(2.0, 5.5), rng.uniform(3.8, 6.2))
    else:
        angle, away = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(4.0, 8.0)
        place = (x + away * math.cos(angle), y + away * math.sin(angle), rng.uniform(2.4, 5.8))
    target = (x + rng.uniform(-0.3, 0.6), y + rng.uniform(-0.8, 1.4), rng.uniform(0.3, 1.1))
    return look_at(place, target, rng.uniform(780.0, 1050.0), *rng.choice(SIZES))


def things(rng: Random, layout: Layout) -> Iterator[Box]:
    """Stands, bins and piles about as large as people, some with something like a head."""
    for _ in range(rng.randint(0, THINGS)):
        x = rng.uniform(layout.lanes[0].x - 2.5, layout.passage_x + 1.5)
        y = rng.uniform(-1.5, 9.0)
        wide, deep = rng.uniform(0.2, 0.7), rng.uniform(0.2, 0.6)
        tall = rng.uniform(0.6, 1.9)
        yield Box("thing", x, y, x + wide, y + deep, tall, _colour(rng))
        if rng.random() < 0.5:
            edge = rng.uniform(0.15, min(0.35, wide))
            left, front = x + (wide - edge) / 2.0, y + (deep - edge) / 2.0
            top = tall + rng.uniform(0.15, 0.4)
            yield Box("thing", left, front, left + edge, front + edge, top, _colour(rng), tall)


def _colour(rng: Random) -> Colour:
    return (rng.randint(20, 220), rng.randint(20, 220), rng.randint(20, 220))


def _as_taken(image: Image, rng: Random) -> Image:
    """Darken or brighten a picture, blur some, compress all."""
    gain = rng.choice((0.7, 0.85, 1.0, 1.0, 1.15))
    image = cv2.convertScaleAbs(image, alpha=gain)
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (5, 5), rng.uniform(0.6, 1.4))
    data = np.frombuffer(encode(image, rng.choice((40, 60, 80, 92))), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
