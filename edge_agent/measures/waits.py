"""How long a shopper who joins now will wait: p50 and p90.

The three delay predictors are blended by how well each has done lately, and the band is held to
its promise: the published p90 moves until it covers nine waits of ten (adaptive conformal
inference; Gibbs and Candès, NeurIPS 2021, arXiv 2106.00170).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv

from edge_agent.measures.delays import Delays

_FADE = 1.0 - 1.0 / 40.0
_SHARPNESS = 4.0
_STEP_P50, _STEP_P90 = 0.02, 0.06
_STEP_WALK_S = 0.5
_QUANTILES = np.array([0.5, 0.9])
_WALK_S = 2.0
"""From the head of the line to the counter; a camera cannot tell so short a wait from none."""
_FEW = 3
_SMALLEST_S = 1.0
# Squared errors of the methods before any wait was seen, as shares of QL's.
_START = {"queue_length": 1.0, "head_of_line": 4.0, "last_to_enter": 4.0}


class Wait(NamedTuple):
    """A predicted wait in seconds.

    Attributes:
        p50_s, p90_s: median and 90th percentile.
        delays: what it was made from, to learn from the outcome.
    """

    p50_s: float
    p90_s: float
    delays: Delays


@dataclass(slots=True)
class _Method:
    """Track record of one predictor: scale error and squared error, fading."""

    predicted: float = 0.0
    real: float = 0.0
    square: float = 0.0
    weight: float = 0.0

    def scale(self) -> float:
        """What its predictions have to be multiplied with to be right on the average."""
        # Five minutes of being right keep the first few waits from swinging it.
        return (self.real + 1500.0) / (self.predicted + 1500.0)

    def add(self, predicted_s: float, real_s: float) -> None:
        self.square = self.square * _FADE + (predicted_s * self.scale() - real_s) ** 2
        self.predicted = self.predicted * _FADE + predicted_s
        self.real = self.real * _FADE + real_s
        self.weight = self.weight * _FADE + 1.0

    def error(self, start: float) -> float:
        """Mean squared error, drawn to ``start`` while little was seen."""
        return (self.square + _FEW * start) / (self.weight + _FEW)


@dataclass(slots=True)
class WaitBlend:
    """Blends the predictors and calibrates the band; one for all lanes of a camera."""

    _methods: dict[str, _Method] = field(default_factory=lambda: {m: _Method() for m in _START})
    _shift: float = 0.0
    _stretch: float = 1.0
    # Also at an idle lane the few steps to the counter take time.
    _walk_s: float = 4.0

    def predict(self, delays: Delays) -> Wait:
        """Make one wait of what the methods say."""
        if delays.queue_length <= 0.0:
            return Wait(0.0, self._walk_s, delays)
        centre_s = self._centre(delays)
        spread_s = math.sqrt(max(delays.variance, 1.0)) * centre_s / delays.queue_length
        p50_s, p90_s = _gamma_quantiles(centre_s, spread_s)
        band_s = p90_s - p50_s
        p50_s = max(p50_s + self._shift * band_s, 0.0)
        return Wait(p50_s, p50_s + self._stretch * band_s, delays)

    def learn(self, wait: Wait, real_s: float) -> None:
        """Take in how long a wait really was."""
        for name, predicted_s in _said(wait.delays):
            self._methods[name].add(predicted_s, real_s)
        if wait.delays.queue_length <= 0.0:
            self._walk_s += _STEP_WALK_S * (0.9 if real_s > wait.p90_s else -0.1)
            self._walk_s = min(max(self._walk_s, _WALK_S), 30.0)
            return
        self._shift += _STEP_P50 * (0.5 if real_s > wait.p50_s else -0.5)
        self._stretch += _STEP_P90 * (0.9 if real_s > wait.p90_s else -0.1)
        self._stretch = min(max(self._stretch, 0.3), 4.0)
        self._shift = min(max(self._shift, -1.0), 1.0)

    def _centre(self, delays: Delays) -> float:
        own = max(delays.variance, _SMALLEST_S)
        total, weights = 0.0, 0.0
        for name, predicted_s in _said(delays):
            method = self._methods[name]
            weight = method.error(own * _START[name]) ** -_SHARPNESS
            total += weight * predicted_s * method.scale()
            weights += weight
        return total / weights


def _said(delays: Delays) -> Iterable[tuple[str, float]]:
    for name in _START:
        value = getattr(delays, name)
        if value is not None:
            yield name, value


def _gamma_quantiles(mean_s: float, deviation_s: float) -> tuple[float, float]:
    """Median and 90th percentile of the gamma distribution of that mean and deviation."""
    shape = (mean_s / max(deviation_s, 1e-3)) ** 2
    scale = mean_s / shape
    p50, p90 = gammaincinv(shape, _QUANTILES).tolist()
    return p50 * scale, p90 * scale
