"""Where people are and go: one Kalman filter for all tracks at once.

Four coordinates of a box (centre x, top y, width, height) move independently, each with its
velocity, so a track needs no matrix: a position, a velocity and the three entries of their
covariance for every coordinate, as arrays over all tracks. The top is taken rather than the
centre because people are hidden from the feet up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]

# All in units of the person's height, so that near and far, 4K and VGA behave alike.
_MEASURED_STD = np.array([0.07, 0.07, 0.175, 0.175])
"""How far a detected box is off; its size more than its place, as legs and bags come and go."""
_FIRST_SPEED_STD = np.array([0.7, 0.35, 0.05, 0.1])
"""Speed per second of somebody just seen: a walk is about 0.8 heights a second."""
_ACCELERATION = np.array([0.5, 0.3, 0.03, 0.04])
"""Spread of the speed after one second of free will."""
_SEEN_DAMPING_HZ = 0.1
_HIDDEN_DAMPING_HZ = 0.6
"""A person out of sight is as likely to have stopped as to have gone on."""


def to_states(boxes: Floats) -> Floats:
    """Boxes x1 y1 x2 y2 → centre x, top y, width, height; both (N, 4)."""
    width = boxes[:, 2] - boxes[:, 0]
    height = boxes[:, 3] - boxes[:, 1]
    return np.stack([boxes[:, 0] + width / 2, boxes[:, 1], width, height], axis=1)


def to_boxes(states: Floats) -> Floats:
    """Centre x, top y, width, height → boxes x1 y1 x2 y2; both (N, 4)."""
    x, top, width, height = states.T
    return np.stack([x - width / 2, top, x + width / 2, top + height], axis=1)


@dataclass(slots=True)
class Motion(Columns):
    """State of N filters; every array is (N, 4).

    Attributes:
        place: centre x, top y, width, height in pixels.
        speed: their change in pixels a second.
        place_var: variance of the place, px².
        both_cov: covariance of place and speed, px²/s.
        speed_var: variance of the speed, px²/s².
    """

    place: Floats
    speed: Floats
    place_var: Floats
    both_cov: Floats
    speed_var: Floats

    @classmethod
    def begin(cls, boxes: Floats) -> Motion:
        """Filters of people just seen at ``boxes`` (N, 4)."""
        place = to_states(boxes)
        height = place[:, 3:]
        return cls(
            place,
            np.zeros_like(place),
            (_MEASURED_STD * height) ** 2,
            np.zeros_like(place),
            (_FIRST_SPEED_STD * height) ** 2,
        )

    @property
    def boxes(self) -> Floats:
        """(N, 4) boxes x1 y1 x2 y2 in pixels."""
        return to_boxes(self.place)

    def predict(self, dt_s: float, hidden: Bools) -> None:
        """Move all ``dt_s`` seconds on; the speed of those ``hidden`` (N,) fades faster."""
        damping_hz = np.where(hidden, _HIDDEN_DAMPING_HZ, _SEEN_DAMPING_HZ)[:, None]
        kept = np.exp(-damping_hz * dt_s)
        path_s = (1.0 - kept) / damping_hz
        wander = (_ACCELERATION * self.place[:, 3:]) ** 2
        self.place = self.place + path_s * self.speed
        self.speed = kept * self.speed
        self.place_var = (
            self.place_var
            + 2.0 * path_s * self.both_cov
            + path_s**2 * self.speed_var
            + wander * dt_s**3 / 3.0
        )
        self.both_cov = kept * (self.both_cov + path_s * self.speed_var) + wander * dt_s**2 / 2.0
        self.speed_var = kept**2 * self.speed_var + wander * dt_s
        self.place[:, 2:] = np.maximum(self.place[:, 2:], 1.0)

    def spread(self, rows: Rows) -> Floats:
        """(K, 4) variance in px² of where the next boxes of ``rows`` (K,) are expected."""
        return np.asarray(self.place_var[rows] + (_MEASURED_STD * self.place[rows, 3:]) ** 2)

    def correct(self, rows: Rows, boxes: Floats, scores: Floats) -> None:
        """Take in the ``boxes`` (K, 4) seen of ``rows`` (K,); a weak score counts less.

        Scaling the noise by the score is the NSA Kalman filter (Du et al., "GIAOTracker", 2021).
        """
        seen = to_states(boxes)
        doubt = np.clip(1.5 - scores, 0.6, 1.4)[:, None]
        noise = (doubt * _MEASURED_STD * seen[:, 3:]) ** 2
        total = self.place_var[rows] + noise
        place_gain = self.place_var[rows] / total
        speed_gain = self.both_cov[rows] / total
        error = seen - self.place[rows]
        self.place[rows] += place_gain * error
        self.speed[rows] += speed_gain * error
        self.speed_var[rows] -= speed_gain * self.both_cov[rows]
        self.both_cov[rows] *= 1.0 - place_gain
        self.place_var[rows] *= 1.0 - place_gain
