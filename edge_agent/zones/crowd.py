"""Everything in a picture that may be a person, put on the floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.overlap import intersections, iou

Floats = NDArray[np.float64]

WHOLE = 0.9, 1.15
"""A box is about as tall as a person whose head is there: so much of it, and no more."""
SHORT = 0.7
"""A box that is shorter, but no more than this, is a child's or ends where something hides legs."""
INSIDE = 0.999
"""Polygons end at the border of the picture; who stands below it stands in them too."""
LIKELY, SURE = 0.5, 0.7
"""Chances from which something is a person more likely than not, and surely enough."""
EDGE = 0.1
"""Who stands so near to a zone, in heights of a person, and in no other, stands in it."""
LEAST = 0.03
"""Nobody is less tall, in heights of the frame."""
SAME = 0.5
"""What overlaps somebody's box by so much (IoU), and none more, is a box of them."""


class Found(NamedTuple):
    """What a detector found.

    Attributes:
        boxes: (D, 4) x1 y1 x2 y2 as fractions of the frame.
        feet: (D,) row of the feet of people whose heads are where the boxes begin, likewise.
        chance: (D,) probability that it is a person, and the best box of them.
    """

    boxes: Floats
    feet: Floats
    chance: Floats


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everything that may be a person, whether or not a track carries it, seen in some looks.

    Attributes:
        chance: (D,) float64, probability that it is a person, and the best box of them.
        weight: (D,) float64, how much the look counts that saw it; those of all looks are 1.
        inside: (D, Z) bool, whether it stands in each polygon.
        people: (D,) int64, who it was taken for, -1 for nobody.
        feet: (D, 2) float64, where it stands, as fractions of the frame.
        tall: (D,) float64, how tall a person looks there, heights of the frame.
    """

    chance: Floats
    weight: Floats
    inside: NDArray[np.bool_]
    people: NDArray[np.int64]
    feet: Floats
    tall: Floats


def mixed(first: Crowd, second: Crowd, share: float) -> Crowd:
    """Two looks at the same people, of which the second counts by ``share``, 0..1."""
    return Crowd(
        np.concatenate([first.chance, second.chance]),
        np.concatenate([(1.0 - share) * first.weight, share * second.weight]),
        np.concatenate([first.inside, second.inside]),
        np.concatenate([first.people, second.people]),
        np.concatenate([first.feet, second.feet]),
        np.concatenate([first.tall, second.tall]),
    )


def owners(found: Floats, boxes: Floats, people: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell whose boxes were found in a look by which nobody was followed.

    Args:
        found: (D, 4) boxes.
        boxes: (P, 4) boxes of those followed, in the same unit.
        people: (P,) their ids.

    Returns:
        (D,) ids, each at most once; -1 for nobody.
    """
    owner = np.full(len(found), -1, np.int64)
    if len(found) and len(boxes):
        overlap = iou(found, boxes)
        best = overlap.argmax(axis=0)
        same = overlap[best, np.arange(len(boxes))] > SAME
        owner[best[same]] = people[same]
    return owner


def tall(found: Found) -> Floats:
    """How tall a person looks whose head is where each box begins, (D,) heights of the frame."""
    return np.maximum(found.feet - found.boxes[:, 1], LEAST)


def spots(found: Found) -> Floats:
    """Where everything that was found stands, (D, 2) as fractions of the frame.

    The head is seldom hidden, so it tells, unless a box is about as tall as a person and shows
    feet of its own. Where a box is short either may be true, and both count alike.
    """
    left, top, right, bottom = found.boxes.T
    share = (bottom - top) / tall(found)
    whole = (share > WHOLE[0]) & (share < WHOLE[1])
    short = (share > SHORT) & (share <= WHOLE[0])
    rows = np.where(whole, bottom, np.where(short, (found.feet + bottom) / 2.0, found.feet))
    return np.stack([(left + right) / 2.0, np.clip(rows, 0.0, INSIDE)], axis=1)


def chances(found: Found, nobodys: NDArray[np.bool_]) -> Floats:
    """Chance of everything that was found, without things that are taken for people.

    Whoever stands by themselves scores well or is followed before long. What does neither is a
    thing; among people it may be somebody who is half hidden.

    Args:
        found: what was found.
        nobodys: (D,) whether no track carries it.

    Returns:
        (D,) in 0..1.
    """
    doubtful = nobodys & (found.chance < SURE)
    if not np.count_nonzero(doubtful):
        return found.chance
    people = found.boxes[found.chance > LIKELY]
    alone = ~(intersections(found.boxes[doubtful], people) > 0.0).any(axis=1)
    chance = found.chance.copy()
    chance[doubtful.nonzero()[0][alone]] = 0.0
    return chance
