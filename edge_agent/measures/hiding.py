"""How likely somebody who is not seen is still there.

A detector loses people whom others hide. Whether an unseen person is still there is asked as
in a binary Bayes filter: a miss says little where the place is covered by somebody nearer to
the camera, and much where it lies open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from edge_agent.measures.gait import Box

# Recall of the person detector by the share of a person that others cover: .94 open, .88 below
# 30 %, .57 at 30-60 %, .28 above, measured on PETS 2009 S2.L1; nearly nothing when all is covered.
_COVER = (0.0, 0.15, 0.45, 0.75, 1.0)
_STEPS = 200
_SHARES = np.linspace(0.0, 1.0, _STEPS + 1)
_RECALL_FLAT: list[float] = np.interp(_SHARES, _COVER, (0.94, 0.88, 0.57, 0.28, 0.05)).tolist()
# From above a head shows beside the one before it, though the boxes overlap.
_RECALL_STEEP: list[float] = np.interp(_SHARES, _COVER, (0.94, 0.92, 0.8, 0.6, 0.4)).tolist()
_FLAT, _STEEP = 0.25, 0.6
# Metres down to the heads for each metre towards them.

CERTAIN = 4.0
"""Log-odds given to a person who is seen; the highest there are."""

_CORRELATION_S = 1.0
# Misses of one person in frames that follow each other have the same cause, so a second of
# them counts as one.
_USUAL_S = 3.0
# What is usual weighs like so many seconds of watching somebody.
_LEAVE_PER_S = 1.0 / 240.0
# How often somebody hidden leaves unseen.


def cover(box: Box, others: Iterable[Box]) -> float:
    """Share of the upper half of a box that boxes nearer to the camera cover, 0..1.

    Who shows head and shoulders is found, whatever hides the rest.

    Args:
        box: x1 y1 x2 y2.
        others: boxes of the people seen.

    A box whose lower edge lies lower in the picture is nearer.
    """
    left, top, right, bottom = box
    nearer, middle = bottom - 0.05 * (bottom - top), (top + bottom) / 2.0
    area = max((right - left) * (middle - top), 1e-12)
    shown = 1.0
    # Hardly any of the others come near one box: skipping them beats arrays (5 against 17 us).
    for x1, y1, x2, y2 in others:
        if y2 <= nearer or x1 >= right or x2 <= left or y1 >= middle:
            continue
        shared = (min(x2, right) - max(x1, left)) * (min(y2, middle) - max(y1, top))
        if shared > 0.0:
            # Two who cover the same part count once: the sum would run beyond the whole.
            shown *= 1.0 - min(shared / area, 1.0)
    return 1.0 - shown


def recall(covered: float, steepness: float) -> float:
    """Chance that somebody is seen, 0..1.

    Args:
        covered: share of the person that others hide, 0..1.
        steepness: how far down it is to people's heads for each metre towards them.
    """
    steep = min(max((steepness - _FLAT) / (_STEEP - _FLAT), 0.0), 1.0)
    hidden = round(min(max(covered, 0.0), 1.0) * _STEPS)
    return _RECALL_FLAT[hidden] + steep * (_RECALL_STEEP[hidden] - _RECALL_FLAT[hidden])


def own_recall(usual: float, found_s: float, missed_s: float) -> float:
    """Chance that this person is seen: less than usual for who was missed before.

    Half of the variance of a detector's scores stays with the person.
    """
    return usual * (_USUAL_S + found_s) / (_USUAL_S + found_s + missed_s)


def after_miss(log_odds: float, recall: float, dt_s: float) -> float:
    """Log-odds of being there after ``dt_s`` seconds without a sighting.

    Args:
        log_odds: before.
        recall: chance of a sighting if there.
        dt_s: seconds.
    """
    return log_odds + (math.log1p(-recall) / _CORRELATION_S - _LEAVE_PER_S) * dt_s
