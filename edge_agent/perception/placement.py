"""Grades how well a camera is placed for a zone, and says what to change. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Grade(StrEnum):
    """How well something is seen."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing measured, and what to change where it is not good."""

    grade: Grade
    what: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a camera delivers.

    Attributes:
        width, height: of the picture in px.
        fps: pictures a second.
        wanted_fps: pictures a second that the config asks for.
        delay_s: how much longer than the fastest picture one of twenty took, in seconds; None for
            recordings.
        light: grey level (0..255) that nine tenths of the picture stay below.
        sharpness: see :func:`edge_agent.perception.view.sharpness`; None where nothing has edges.
    """

    width: int
    height: int
    fps: float
    wanted_fps: float
    delay_s: float | None
    light: float
    sharpness: float | None


@dataclass(frozen=True, slots=True)
class Sightings:
    """People seen in one place, one row a person and picture.

    Attributes:
        heights_px: (N,) height of the person in px of the picture.
        hidden: (N,) share of the person (0..1) that others hide.
        cut: (N,) bool; the person is cut off by the border of the picture.
    """

    heights_px: NDArray[np.float64]
    hidden: NDArray[np.float64]
    cut: NDArray[np.bool_]


ENOUGH_SIGHTINGS = 20
_GOOD_HEIGHT_PX, _FAIR_HEIGHT_PX = 50.0, 30.0
"""Of a person at the network's input. On real checkout pictures networks of this size miss people
below about 30 px and place boxes well from about 50 px on."""
_HIDDEN = 0.3
"""People of whom more than this is hidden are found in .57 of the cases instead of .88 (PETS)."""


def grade_stream(stream: Stream) -> list[Finding]:
    """Grade what holds for the whole picture: rate, delay, light and sharpness."""
    findings = [
        _graded(
            stream.fps / stream.wanted_fps,
            (0.9, 0.6),
            f"{stream.fps:.1f} pictures a second of {stream.wanted_fps:g}",
            "raise the frame rate of the stream, or lower fps in the config",
        ),
        _graded(
            stream.light,
            (70.0, 40.0),
            f"light: grey level {stream.light:.0f} of 255",
            "more light, a longer exposure, or a camera with infrared light",
        ),
    ]
    if stream.sharpness is not None:
        findings.append(
            _graded(
                stream.sharpness,
                (0.5, 0.33),
                f"sharpness {stream.sharpness:.2f} of 1",
                "focus the lens, clean it, or use the camera's main stream",
            )
        )
    if stream.delay_s is not None:
        findings.append(
            _graded(
                -stream.delay_s,
                (-0.3, -1.0),
                f"delay varies by {stream.delay_s:.2f} s",
                "use a cable instead of Wi-Fi, or a lower bit rate",
            )
        )
    return findings


def grade_people(seen: Sightings, *, input_ratio: float) -> list[Finding]:
    """Grade how people are seen in one place.

    Args:
        seen: people there.
        input_ratio: px of the network's input for one px of the picture.
    """
    count = len(seen.heights_px)
    if count < ENOUGH_SIGHTINGS:
        return [
            Finding(
                Grade.UNKNOWN,
                f"people seen {count} times",
                "let somebody walk and stand there while probing",
            )
        ]
    # The small ones decide: a lane is only as good as its far end.
    height_px = float(np.percentile(seen.heights_px, 20))
    hidden = float(np.mean(seen.hidden > _HIDDEN))
    cut = float(np.mean(seen.cut))
    return [
        _graded(
            height_px * input_ratio,
            (_GOOD_HEIGHT_PX, _FAIR_HEIGHT_PX),
            f"people {height_px:.0f} px high, {height_px * input_ratio:.0f} px for the network",
            "bring the camera nearer, use a longer lens, or a wider detector input",
        ),
        _graded(
            -hidden,
            (-0.15, -0.4),
            f"{hidden:.0%} of them hidden by others",
            "hang the camera higher, or look across the queue instead of along it",
        ),
        _graded(
            -cut,
            (-0.2, -0.5),
            f"{cut:.0%} of them cut off by the border of the picture",
            "turn the camera so that heads and feet are in the picture",
        ),
    ]


def overall(findings: Sequence[Finding]) -> Grade:
    """Give the worst grade; unknown only where nothing is worse than good."""
    grades = {finding.grade for finding in findings}
    return next(
        grade for grade in (Grade.POOR, Grade.FAIR, Grade.UNKNOWN, Grade.GOOD) if grade in grades
    )


def suggest_threshold(
    scores: NDArray[np.float32], people: NDArray[np.bool_], *, least: int = 100
) -> float | None:
    """Suggest the score from which a detection should start a track on this camera.

    There are no labels in a shop, but time tells: what could be followed was a person, what came
    and went was not. The threshold with the best F1 measure between the two is taken.

    Args:
        scores: (N,) scores of detections, 0..1.
        people: (N,) whether each belonged to somebody who was followed.
        least: fewer detections of people suggest nothing.

    Returns:
        A threshold between .25 and .6, or None.
    """
    if int(people.sum()) < least:
        return None
    candidates = np.arange(0.25, 0.601, 0.01)
    taken = scores[None, :] >= candidates[:, None]
    hits = (taken & people).sum(axis=1)
    f1 = 2.0 * hits / (taken.sum(axis=1) + people.sum())
    # A plateau is common; its middle is the safest place on it.
    best = np.flatnonzero(f1 >= f1.max() - 0.002)
    return round(float(candidates[best[len(best) // 2]]), 2)


def _graded(value: float, limits: tuple[float, float], what: str, change: str) -> Finding:
    """Grade a value of which more is better, by its limits for good and for fair."""
    good, fair = limits
    if value >= good:
        return Finding(Grade.GOOD, what)
    return Finding(Grade.FAIR if value >= fair else Grade.POOR, what, change)
