"""Whether a camera can be believed: a state machine over cheap measurements. No clock, no I/O."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from edge_agent.perception.reference import Losses, ReferenceView
from edge_agent.perception.stillness import Stillness
from edge_agent.perception.view import Glance, View, brightness
from hardware.interfaces import CameraState, Image


class HealthState(StrEnum):
    """What is published of a camera; behind anything but ``ok`` the lanes are unknown."""

    CONNECTING = "connecting"
    OK = "ok"
    FROZEN = "frozen"
    DARK = "dark"
    BLURRED = "blurred"
    COVERED = "covered"
    MOVED = "moved"
    SLOW = "slow"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Health:
    """How a camera is doing.

    Attributes:
        state: what it is.
        since_s: since when, in seconds of the frames' clock.
        detail: why, one line without credentials; empty when ok.
        rate_fps: frames a second over the last ten seconds; None where there were none.
    """

    state: HealthState
    since_s: float
    detail: str = ""
    rate_fps: float | None = None

    @property
    def ok(self) -> bool:
        """Whether what the camera sees can be believed."""
        return self.state is HealthState.OK


@dataclass(frozen=True, slots=True)
class Limits:
    """When a camera is not ok.

    The times are long where a busy shop could look the same for a moment: a person close to the
    lens is no cover, and a night scene may be coded without a change until the next key frame.

    Attributes:
        check_every_s: how often the view is measured; sameness is watched in every frame.
        frozen_s: nothing changed for so long.
        clock_only_s: nothing changed but a clock drawn into the picture, for so long.
        dark_below: grey level (0..255) that nine tenths of the picture stay below.
        slow_ratio: rate below so much of the promised one.
        dark_s, covered_s, blurred_s, moved_s, slow_s: how long the sign has to last.
        recover_s: how long all must be well before the camera is ok again.
    """

    check_every_s: float = 2.0
    frozen_s: float = 15.0
    clock_only_s: float = 60.0
    dark_below: float = 30.0
    slow_ratio: float = 0.7
    dark_s: float = 5.0
    covered_s: float = 20.0
    blurred_s: float = 15.0
    moved_s: float = 20.0
    slow_s: float = 10.0
    recover_s: float = 4.0


_RATE_WINDOW_S = 10.0
# What explains the rest comes first: a dark picture is blurred too.
_ORDER = (
    HealthState.DARK,
    HealthState.COVERED,
    HealthState.FROZEN,
    HealthState.BLURRED,
    HealthState.MOVED,
    HealthState.SLOW,
)


class CameraHealth:
    """Watches one camera. Give it every frame, and ask it whenever its state is published.

    Args:
        fps: frames a second that the config promises.
        reference: the commissioning picture, (H, W, 3) BGR. Without it the first good pictures
            serve, and a camera that was turned while the agent was off is not noticed.
        limits: when it is not ok.
    """

    def __init__(
        self, *, fps: float, reference: Image | None = None, limits: Limits | None = None
    ) -> None:
        self._fps = fps
        self._limits = limits or Limits()
        self._reference = ReferenceView(reference)
        self._health = Health(HealthState.CONNECTING, 0.0)
        self._started = False
        self._well_since_s: float | None = None
        self._stillness = Stillness()
        self._arrivals: deque[tuple[float, int]] = deque()
        self._given = 0
        self._counted = False
        self._signs: dict[HealthState, tuple[float, str]] = {}
        self._heard_s: float | None = None
        self._checked_s = float("-inf")

    def count(self, frames: int, t_s: float) -> None:
        """Take how many frames the source has given so far, those included that nobody looks at.

        Without it each frame seen counts: then a box that is too slow to look at all of them
        takes its camera for a slow one.
        """
        self._counted = True
        if frames > self._given:
            self._given = frames
            self._arrivals.append((t_s, frames))

    def see(self, glance: Glance, t_s: float) -> None:
        """Take one frame.

        Args:
            glance: the picture.
            t_s: its time in seconds; must grow.
        """
        self._heard_s = t_s
        if not self._counted:
            self._given += 1
            self._arrivals.append((t_s, self._given))
        self._stillness.see(glance.pixels, t_s)
        if t_s - self._checked_s < self._limits.check_every_s:
            return
        self._checked_s = t_s
        light = brightness(glance.small)
        dark = light < self._limits.dark_below
        self._note(HealthState.DARK, f"grey level {light:.0f} of 255" if dark else "", t_s)
        # The other signs need light to be told.
        losses = Losses() if dark else self._reference.compare(glance.image, View.of(glance.small))
        self._note(HealthState.COVERED, losses.covered, t_s)
        self._note(HealthState.BLURRED, losses.blurred, t_s)
        self._note(HealthState.MOVED, losses.moved, t_s)

    def report(self, now_s: float, *, driver: CameraState, detail: str = "") -> Health:
        """Say how the camera is doing.

        Args:
            now_s: seconds of the frames' clock.
            driver: what the camera's driver says.
            detail: why, in the driver's words.
        """
        rate_fps = self._rate(now_s)
        state, why = self._judge(now_s, driver, detail, rate_fps)
        last = self._health
        if state is HealthState.OK and not self._recovered(now_s):
            state, why = last.state, last.detail
        if not self._started or state is not last.state:
            last = Health(state, now_s)
            self._started = True
        self._health = Health(state, last.since_s, why, rate_fps)
        return self._health

    def _judge(
        self, now_s: float, driver: CameraState, detail: str, rate_fps: float | None
    ) -> tuple[HealthState, str]:
        if driver in (CameraState.LOST, CameraState.ENDED):
            self._forget()
            return HealthState.LOST, detail
        if driver is CameraState.CONNECTING or self._heard_s is None:
            return HealthState.CONNECTING, detail
        self._note_slow(now_s, rate_fps)
        frozen = self._stillness.describe(
            frozen_s=self._limits.frozen_s, clock_only_s=self._limits.clock_only_s
        )
        self._note(HealthState.FROZEN, frozen, now_s)
        for state in _ORDER:
            if state in self._signs:
                since_s, why = self._signs[state]
                if now_s - since_s >= self._hold_s(state):
                    return state, why
        return HealthState.OK, ""

    def _recovered(self, now_s: float) -> bool:
        """Keep a sign that comes and goes from making the state flicker."""
        if self._health.state in (HealthState.OK, HealthState.CONNECTING, HealthState.LOST):
            self._well_since_s = None
            return True
        if self._well_since_s is None or self._signs:
            self._well_since_s = now_s
        if now_s - self._well_since_s < self._limits.recover_s:
            return False
        self._well_since_s = None
        return True

    def _note(self, state: HealthState, why: str, t_s: float) -> None:
        if not why:
            self._signs.pop(state, None)
        else:
            since_s, _ = self._signs.get(state, (t_s, ""))
            self._signs[state] = (since_s, why)

    def _note_slow(self, now_s: float, rate_fps: float | None) -> None:
        slow = rate_fps is not None and rate_fps < self._limits.slow_ratio * self._fps
        why = f"{rate_fps:.1f} of {self._fps:g} frames a second" if slow else ""
        self._note(HealthState.SLOW, why, now_s)

    def _rate(self, now_s: float) -> float | None:
        while self._arrivals and self._arrivals[0][0] <= now_s - _RATE_WINDOW_S:
            self._arrivals.popleft()
        if len(self._arrivals) < 2:
            silent = self._heard_s is not None and now_s - self._heard_s >= _RATE_WINDOW_S
            return 0.0 if silent else None
        # One interval more than the frames span: a camera that falls silent slows down at once.
        (first_s, first), (last_s, last) = self._arrivals[0], self._arrivals[-1]
        return (last - first + 1) / (max(now_s, last_s) - first_s + 1.0 / self._fps)

    def _hold_s(self, state: HealthState) -> float:
        match state:
            case HealthState.DARK:
                return self._limits.dark_s
            case HealthState.COVERED:
                return self._limits.covered_s
            case HealthState.BLURRED:
                return self._limits.blurred_s
            case HealthState.MOVED:
                return self._limits.moved_s
            case HealthState.SLOW:
                return self._limits.slow_s
        return 0.0

    def _forget(self) -> None:
        """Start afresh after a break; only the reference outlives it."""
        self._stillness = Stillness()
        self._arrivals.clear()
        self._signs.clear()
        self._heard_s = None
        self._checked_s = float("-inf")
