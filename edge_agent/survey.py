"""Looks through a camera for a while and sums up how well it is placed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import CameraSettings, LineZone
from edge_agent.perception.anonymous import EmptyPlace
from edge_agent.perception.placement import (
    Finding,
    Grade,
    Sightings,
    Stream,
    grade_people,
    grade_stream,
    overall,
    suggest_threshold,
)
from edge_agent.perception.view import Glance, brightness, sharpness
from edge_agent.pipeline import CameraPipeline
from edge_agent.tracking.overlap import hidden_share
from edge_agent.tracking.tracks import Tracks
from hardware.interfaces import Frame, Image

_FOLLOWED_S = 1.0
"""Whoever was followed for so long was a person."""
_CLEAR_SCORE = 0.5
"""Only people seen so clearly are measured: what the network takes for one is often small."""
_BORDER = 0.005


@dataclass(frozen=True, slots=True)
class Report:
    """How well a camera is placed.

    Attributes:
        stream: what it delivers.
        general: findings for the whole picture.
        everywhere: findings for all people in it.
        zones: zone id → findings.
        threshold: suggested detection threshold, None where too few people were seen.
        place: the place without its people, (H, W, 3) BGR.
    """

    stream: Stream
    general: list[Finding]
    everywhere: list[Finding]
    zones: dict[str, list[Finding]]
    threshold: float | None
    place: Image

    def grade(self, zone: str) -> Grade:
        """Give the grade of a zone, in which the whole picture's findings count too."""
        return overall([*self.general, *self.zones[zone]])


@dataclass(slots=True)
class _Seen:
    """People seen in one place, in rows of (height in px, share hidden, cut off)."""

    rows: list[NDArray[np.float64]] = field(default_factory=list)

    def sightings(self) -> Sightings:
        table = np.concatenate([np.empty((0, 3)), *self.rows])
        return Sightings(table[:, 0], table[:, 1], table[:, 2] > 0.0)


class Survey:
    """Takes frames of one camera, then reports.

    Args:
        camera: the camera; with zones, each is graded.

    Raises:
        models.manifest.ModelError: the network cannot be used.
    """

    def __init__(self, camera: CameraSettings) -> None:
        self._camera = camera
        self._pipeline = CameraPipeline(camera)
        self._zones = [zone.id for zone in camera.zones if not isinstance(zone, LineZone)]
        self._seen = {zone: _Seen() for zone in self._zones}
        self._everywhere = _Seen()
        self._light: list[float] = []
        self._sharpness: list[float] = []
        self._delays_s: list[float] = []
        self._scores: dict[int, list[float]] = {}
        self._stray: list[float] = []
        self._since_s: dict[int, tuple[float, float]] = {}
        self._place = EmptyPlace()
        self._size = (0, 0)
        self.frames = 0

    def take(self, frame: Frame, *, arrived_s: float | None = None) -> None:
        """Take one frame; ``arrived_s`` is when it came, by the clock of its time."""
        self.frames += 1
        height, width = frame.image.shape[:2]
        self._size = (width, height)
        if arrived_s is not None:
            self._delays_s.append(arrived_s - frame.t_s)
        glance = Glance(frame.image)
        self._light.append(brightness(glance.small))
        sharp = sharpness(frame.image)
        if sharp is not None:
            self._sharpness.append(sharp)
        step = self._pipeline.step(frame)
        self._place.offer(frame.image, step.detections)
        self._score(step.tracks, step.detections.scores)
        presence = step.presence
        clear = np.isin(presence.people, step.tracks.ids[step.tracks.scores >= _CLEAR_SCORE])
        clear &= presence.seen
        rows = _measured(presence.boxes, height)
        self._everywhere.rows.append(rows[clear])
        for column, zone in enumerate(presence.zones):
            self._seen[zone].rows.append(rows[clear & presence.inside[:, column]])

    def report(self, *, fps: float) -> Report:
        """Sum up.

        Args:
            fps: pictures a second that the camera gave.

        Raises:
            ValueError: no frame was taken.
        """
        place = self._place.picture()
        if place is None:
            raise ValueError("expected at least one picture, found none")
        width, height = self._size
        stream = Stream(
            width,
            height,
            fps,
            self._camera.fps,
            float(np.percentile(self._delays_s, 95)) if self._delays_s else None,
            float(np.median(self._light)),
            float(np.median(self._sharpness)) if self._sharpness else None,
        )
        ratio = self._pipeline.input_ratio
        zones = {
            zone: grade_people(seen.sightings(), input_ratio=ratio)
            for zone, seen in self._seen.items()
        }
        everywhere = grade_people(self._everywhere.sightings(), input_ratio=ratio)
        return Report(stream, grade_stream(stream), everywhere, zones, self._threshold(), place)

    def _score(self, tracks: Tracks, scores: NDArray[np.float32]) -> None:
        """Sort the scores by who they belong to."""
        matched = tracks.detection >= 0
        for person, row in zip(tracks.ids[matched], tracks.detection[matched], strict=True):
            self._scores.setdefault(int(person), []).append(float(scores[row]))
            since_s, _ = self._since_s.get(int(person), (tracks.t_s, 0.0))
            self._since_s[int(person)] = (since_s, tracks.t_s)
        stray = np.ones(len(scores), np.bool_)
        stray[tracks.detection[matched]] = False
        self._stray += scores[stray].tolist()

    def _threshold(self) -> float | None:
        scores, people = list(self._stray), [False] * len(self._stray)
        for person, theirs in self._scores.items():
            since_s, until_s = self._since_s[person]
            scores += theirs
            people += [until_s - since_s >= _FOLLOWED_S] * len(theirs)
        return suggest_threshold(np.array(scores, np.float32), np.array(people, np.bool_))


def _measured(boxes: NDArray[np.float64], height: int) -> NDArray[np.float64]:
    """Give (P, 3): height in px, share hidden, and whether the picture's border cuts the box."""
    cut = (boxes[:, 1] < _BORDER) | (boxes[:, 3] > 1.0 - _BORDER)
    hidden = hidden_share(boxes, np.ones(len(boxes), np.bool_))
    return np.column_stack([(boxes[:, 3] - boxes[:, 1]) * height, hidden, cut.astype(np.float64)])
