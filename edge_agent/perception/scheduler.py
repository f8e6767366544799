"""Shares the time of a box among its cameras. Pure: seconds and costs come in as arguments.

A picture in which nothing moved since the detector last looked shows the same people, so it need
not be detected again: a still scene costs a thumbnail. Where something moves, every picture is
detected while the budget lasts; beyond it the busy cameras share what is left evenly (max-min
fairness: a camera that needs less than an even share leaves the rest to the others), and a camera
that gets less than its promised rate says so. Whatever happens, a scene is detected again before
two seconds have passed, so that nobody who stands still is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp
from statistics import median

REDETECT_S = 2.0
"""The longest time between two detections of a camera, whether or not anything moves."""
_REDETECT_AIM_S = 1.6
"""When it is aimed at: a picture that comes .4 s after the last must not break the promise."""
_GAP_MEMORY = 0.9
_BUSY_MEMORY_S = 10.0
_MOST_CREDIT = 2.0
_LOAD_MEMORY_S = 1.0
_COSTS = 9


class Decision(StrEnum):
    """What is to be done with a picture.

    Attributes:
        DETECT: give it to the detector.
        UNCHANGED: the people of the last detection are still where they were.
        SKIP: there is no time for it; nothing is known of this moment.
    """

    DETECT = "detect"
    UNCHANGED = "unchanged"
    SKIP = "skip"


@dataclass(slots=True)
class _Watched:
    """One camera.

    Attributes:
        fps: promised rate.
        due_s: when its next picture is wanted.
        picture_s: time of its last picture.
        gap_s: longest time between two of its pictures lately.
        detected_s: time of its last detection.
        busy: smoothed share of its pictures with movement, 0..1.
        credit: detections it may still have, as far as the budget goes.
        looks_s, detects_s: last costs of a look but for the detection, and of the detection.
        taken: a worker has it in hand.
    """

    fps: float
    due_s: float = float("-inf")
    picture_s: float = float("-inf")
    gap_s: float = 0.0
    detected_s: float = float("-inf")
    busy: float = 1.0
    credit: float = 1.0
    looks_s: deque[float] = field(default_factory=lambda: deque(maxlen=_COSTS))
    detects_s: deque[float] = field(default_factory=lambda: deque(maxlen=_COSTS))
    taken: bool = False

    @property
    def look_s(self) -> float:
        """Usual cost of a look; the median, since the first detection may take a hundred times."""
        return median(self.looks_s) if self.looks_s else 0.0

    @property
    def detect_s(self) -> float:
        """Usual cost of a detection."""
        return median(self.detects_s) if self.detects_s else 0.0

    @property
    def patience_s(self) -> float:
        """How old a detection may be at one picture so that it is not too old at the next."""
        return min(_REDETECT_AIM_S, REDETECT_S - max(1.5 / self.fps, self.gap_s))

    @property
    def demand_s(self) -> float:
        """Seconds of detection that it would use a second, if it got all it wants."""
        still = (1.0 - self.busy) / _REDETECT_AIM_S
        return self.detect_s * (self.busy * self.fps + still)


class Scheduler:
    """Decides whose turn it is, and whether a picture goes to the detector.

    Each turn is :meth:`next_turn`, :meth:`take`, then :meth:`no_picture`, or :meth:`decide` and
    :meth:`done`; several workers may each have a turn of another camera.

    Args:
        rates: camera id → frames analysed a second that the config promises.
        workers: how many turns go on at a time.
        share: of the workers' time that may be planned; the rest is reserve.
    """

    def __init__(self, rates: Mapping[str, float], *, workers: int = 1, share: float = 0.9) -> None:
        self._cameras = {camera: _Watched(fps) for camera, fps in rates.items()}
        self._capacity = share * workers
        self._load = 0.0
        self._worked_s = float("-inf")

    def next_turn(self) -> tuple[str, float] | None:
        """Give the camera whose picture is due first (earliest deadline first), and when.

        Returns:
            Camera and seconds of the clock; None when all are taken.
        """
        free = [(c.due_s, name) for name, c in self._cameras.items() if not c.taken]
        if not free:
            return None
        # Of those due at the same time the first one in the config.
        due_s, camera = min(free, key=lambda turn: turn[0])
        return camera, due_s

    def take(self, camera: str) -> None:
        """Begin a turn: until its end nobody else gets the camera."""
        self._cameras[camera].taken = True

    def no_picture(self, camera: str, now_s: float) -> None:
        """End a turn without a new picture: there may be one soon."""
        watched = self._cameras[camera]
        watched.taken = False
        watched.due_s = now_s + min(0.02, 0.25 / watched.fps)

    def decide(self, camera: str, t_s: float, *, moved: bool) -> Decision:
        """Decide what is done with a picture.

        Args:
            camera: its id.
            t_s: time of the picture in seconds; grows.
            moved: whether it differs from the one last detected.
        """
        watched = self._cameras[camera]
        since_s = min(max(t_s - watched.picture_s, 0.0), REDETECT_S)
        if watched.picture_s > float("-inf"):
            watched.gap_s = max(since_s, _GAP_MEMORY * watched.gap_s)
        watched.picture_s = t_s
        watched.busy += (float(moved) - watched.busy) * min(1.0, since_s / _BUSY_MEMORY_S)
        watched.credit = min(_MOST_CREDIT, watched.credit + since_s * self._share(watched))
        if t_s - watched.detected_s > watched.patience_s:
            return self._detect(watched, t_s)
        if not moved:
            return Decision.UNCHANGED
        # Beyond its share a camera may use what the others leave.
        if watched.credit >= 1.0 or self._load < self._capacity:
            return self._detect(watched, t_s)
        return Decision.SKIP

    def done(self, camera: str, now_s: float, *, look_s: float, detect_s: float | None) -> None:
        """End a turn: take in what it cost, and set the camera's next one.

        Args:
            camera: its id.
            now_s: time now, in seconds of the clock of ``next_turn``.
            look_s: seconds of work but for the detection.
            detect_s: seconds of the detection, None when there was none.
        """
        watched = self._cameras[camera]
        watched.taken = False
        watched.looks_s.append(look_s)
        if detect_s is not None:
            watched.detects_s.append(detect_s)
        self._worked(now_s, look_s + (detect_s or 0.0))
        # A turn that comes late moves the next one only when that would be past already: so the
        # rate is kept through a busy moment, and nothing is made up for in a burst.
        interval_s = 1.0 / watched.fps
        due_s = watched.due_s + interval_s
        watched.due_s = due_s if due_s > now_s - interval_s else now_s

    def detections_per_s(self, camera: str) -> float:
        """Give the rate of detections that the budget leaves this camera while something moves."""
        return self._share(self._cameras[camera])

    def _worked(self, now_s: float, work_s: float) -> None:
        """Smooth the seconds worked a second, over about one second."""
        passed_s = max(0.0, now_s - self._worked_s)
        self._load = self._load * exp(-passed_s / _LOAD_MEMORY_S) + work_s / _LOAD_MEMORY_S
        self._worked_s = max(self._worked_s, now_s)

    def _detect(self, watched: _Watched, t_s: float) -> Decision:
        watched.credit = max(0.0, watched.credit - 1.0)
        watched.detected_s = t_s
        return Decision.DETECT

    def _share(self, watched: _Watched) -> float:
        """Detections a second that one camera may have."""
        if watched.detect_s <= 0.0:
            return watched.fps
        cameras = self._cameras.values()
        free_s = self._capacity - sum(c.look_s * c.fps for c in cameras)
        level_s = water_level([c.demand_s for c in cameras], max(0.0, free_s))
        if watched.demand_s <= level_s:
            return watched.fps
        return min(watched.fps, max(1.0 / _REDETECT_AIM_S, level_s / watched.detect_s))


def water_level(demands: Iterable[float], supply: float) -> float:
    """Find the level at which each demand, cut off there, together take just the supply.

    This is max-min fairness (Bertsekas & Gallager, Data Networks, section 6.5.2) for one resource.

    Returns:
        The level; infinity when the supply is enough for all.
    """
    waiting = sorted(demands)
    for place, demand in enumerate(waiting):
        left = len(waiting) - place
        if demand * left > supply:
            return supply / left
        supply -= demand
    return float("inf")
