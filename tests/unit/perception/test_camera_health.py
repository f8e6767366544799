"""Each state of a camera's health, provoked on drawn and on real pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.perception.health import CameraHealth, Health, HealthState
from edge_agent.perception.view import Glance, sharpness
from hardware.cameras import open_recording
from hardware.interfaces import CameraState, Image

FPS = 4.0
SIZE = (360, 640)
VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")

Change = Callable[[Image, int], Image]
Pictures = Callable[[int], Image]


def drawn_shop() -> Image:
    """Shelves, a floor with tiles and a counter: the kind of edges that a shop has."""
    image = np.full((*SIZE, 3), 150, np.uint8)
    rng = np.random.default_rng(4)
    for x in range(0, SIZE[1], 40):
        cv2.line(image, (x, 150), (2 * x - 320, 360), (110, 110, 115), 2)
    for y in range(160, 360, 30):
        cv2.line(image, (0, y), (SIZE[1], y), (110, 110, 115), 2)
    for row in range(3):
        for column in range(24):
            colour = tuple(int(c) for c in rng.integers(20, 235, 3))
            corner = (20 + 25 * column, 15 + 42 * row)
            cv2.rectangle(image, corner, (corner[0] + 21, corner[1] + 35), colour, -1)
    cv2.rectangle(image, (100, 240), (280, 300), (60, 70, 80), -1)
    return image


NOISE = np.random.default_rng(7).standard_normal((600, 2048, 1)).astype(np.float32)


def noisy(image: Image, seed: int, sigma: float = 2.0) -> Image:
    """The picture as a sensor sees it: one noise picture, cut out elsewhere each time."""
    height, width = image.shape[:2]
    left = (seed * 37) % (2048 - width)
    noise = NOISE[:height, left : left + width] * sigma
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def drawn() -> Pictures:
    shop = drawn_shop()
    ready = [noisy(shop, seed) for seed in range(16)]
    return lambda index: ready[index % len(ready)]


@pytest.fixture(scope="module")
def real() -> Pictures:
    frames: list[Image] = []
    recording = open_recording(VTEST)
    while len(frames) < 40 and (frame := recording.read()) is not None:
        frames.append(frame.image)
    recording.close()
    return lambda index: frames[index % len(frames)]


@pytest.fixture(params=["drawn", pytest.param("real", marks=pytest.mark.vtest)])
def pictures(request: pytest.FixtureRequest) -> Pictures:
    found: Pictures = request.getfixturevalue(request.param)
    return found


class Watched:
    """A camera whose frames come at a fixed rate on a clock of their own."""

    def __init__(self, pictures: Pictures, *, reference: Image | None = None) -> None:
        self.health = CameraHealth(fps=FPS, reference=reference)
        self.pictures = pictures
        self.t_s = 100.0
        self.index = 0

    def run(
        self, seconds: float, change: Change = lambda image, index: image, *, fps: float = FPS
    ) -> list[Health]:
        reports = []
        for _ in range(round(seconds * fps)):
            self.t_s += 1.0 / fps
            self.index += 1
            self.health.see(Glance(change(self.pictures(self.index), self.index)), self.t_s)
            reports.append(self.health.report(self.t_s, driver=CameraState.OK))
        return reports


def states(reports: list[Health]) -> list[HealthState]:
    """The states in their order, repetitions left out."""
    found = [report.state for report in reports]
    return [state for i, state in enumerate(found) if i == 0 or state is not found[i - 1]]


def once(change: Change) -> Change:
    """Change each picture only once: the pictures repeat, and the tests are to be quick."""
    done: dict[int, tuple[Image, Image]] = {}

    def changed(image: Image, index: int) -> Image:
        if id(image) not in done:
            # The picture is kept too, so that its id stays its own.
            done[id(image)] = (image, change(image, index))
        return done[id(image)][1]

    return changed


def frozen(pictures: Pictures) -> Change:
    return lambda image, index: pictures(3)


@once
def blurred(image: Image, index: int) -> Image:
    sigma = image.shape[1] / 1280 * 8.0
    return noisy(cv2.GaussianBlur(image, (0, 0), sigma), index)


@once
def dark(image: Image, index: int) -> Image:
    return noisy((image * 0.06).astype(np.uint8), index, 3.0)


@once
def covered(image: Image, index: int) -> Image:
    return noisy(np.full_like(image, 170), index, 4.0)


@once
def turned(image: Image, index: int) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4.0, 1.1)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def knocked(image: Image, index: int) -> Image:
    return np.roll(image, image.shape[1] // 30, axis=1)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (dark, HealthState.DARK),
        (covered, HealthState.COVERED),
        (blurred, HealthState.BLURRED),
        (turned, HealthState.MOVED),
        (knocked, HealthState.MOVED),
    ],
)
@pytest.mark.parametrize("commissioned", [True, False])
def test_a_lasting_loss_is_told_and_ends(
    pictures: Pictures, change: Change, state: HealthState, commissioned: bool
) -> None:
    watched = Watched(pictures, reference=pictures(0) if commissioned else None)
    assert states(watched.run(20.0)) == [HealthState.OK]
    reports = watched.run(30.0, change)
    assert states(reports) == [HealthState.OK, state]
    assert reports[-1].detail
    assert reports[-1].since_s < watched.t_s
    assert states(watched.run(12.0)) == [state, HealthState.OK]


@pytest.mark.parametrize("change", [covered, blurred, turned])
def test_a_person_close_to_the_lens_for_a_while_is_no_cover(
    pictures: Pictures, change: Change
) -> None:
    watched = Watched(pictures, reference=pictures(0))
    assert states(watched.run(10.0) + watched.run(9.0, change)) == [HealthState.OK]
    assert states(watched.run(20.0)) == [HealthState.OK]


def test_the_same_picture_again_and_again_is_frozen(pictures: Pictures) -> None:
    watched = Watched(pictures)
    watched.run(10.0)
    assert states(watched.run(20.0, frozen(pictures))) == [HealthState.OK, HealthState.FROZEN]
    assert states(watched.run(10.0)) == [HealthState.FROZEN, HealthState.OK]


def test_a_frozen_picture_with_a_running_clock_is_frozen(drawn: Pictures) -> None:
    def clock(image: Image, index: int) -> Image:
        still = drawn(3).copy()
        cv2.putText(still, f"12:00:{index:05}", (400, 20), 0, 0.6, (255, 255, 255), 1)
        return still

    watched = Watched(drawn)
    reports = watched.run(70.0, clock)
    assert states(reports) == [HealthState.OK, HealthState.FROZEN]
    assert "clock" in reports[-1].detail


def test_noise_of_a_still_night_scene_is_not_frozen(drawn: Pictures) -> None:
    night = (drawn_shop() * 0.35).astype(np.uint8)
    frames = [noisy(night, index, 0.6) for index in range(16)]
    watched = Watched(lambda index: frames[index % 16])
    assert states(watched.run(90.0)) == [HealthState.OK]


def test_a_night_scene_coded_without_change_between_key_frames_is_not_frozen(
    drawn: Pictures,
) -> None:
    watched = Watched(lambda index: drawn(int(index / FPS) // 10))
    assert states(watched.run(90.0)) == [HealthState.OK]


def test_day_and_infrared_are_the_same_view(pictures: Pictures) -> None:
    @once
    def infrared(image: Image, index: int) -> Image:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return noisy(np.repeat((grey * 0.4)[..., None], 3, 2).astype(np.uint8), index, 4.0)

    watched = Watched(pictures, reference=pictures(0))
    assert states(watched.run(10.0) + watched.run(60.0, infrared)) == [HealthState.OK]


def test_slow_camera_says_how_slow(drawn: Pictures) -> None:
    watched = Watched(drawn)
    assert states(watched.run(15.0)) == [HealthState.OK]
    reports = watched.run(30.0, fps=2.0)
    assert states(reports) == [HealthState.OK, HealthState.SLOW]
    assert reports[-1].rate_fps == pytest.approx(2.0, abs=0.2)
    assert "of 4 frames" in reports[-1].detail
    assert states(watched.run(30.0)) == [HealthState.SLOW, HealthState.OK]


def test_silence_of_a_driver_that_says_ok_is_slow(drawn: Pictures) -> None:
    watched = Watched(drawn)
    watched.run(15.0)
    later = [watched.health.report(watched.t_s + s, driver=CameraState.OK) for s in range(40)]
    assert states(later) == [HealthState.OK, HealthState.SLOW]
    assert later[-1].rate_fps == 0.0


def test_what_the_driver_knows_comes_first(drawn: Pictures) -> None:
    watched = Watched(drawn)
    health = watched.health
    first = health.report(0.0, driver=CameraState.CONNECTING, detail="connecting to cam")
    assert (first.state, first.detail) == (HealthState.CONNECTING, "connecting to cam")
    assert health.report(1.0, driver=CameraState.OK).state is HealthState.CONNECTING
    watched.run(5.0)
    assert health.report(watched.t_s, driver=CameraState.OK).ok
    lost = health.report(watched.t_s + 1.0, driver=CameraState.LOST, detail="refused")
    assert (lost.state, lost.since_s, lost.detail) == (
        HealthState.LOST,
        watched.t_s + 1.0,
        "refused",
    )
    watched.t_s += 60.0
    assert states(watched.run(30.0)) == [HealthState.OK]


def test_a_change_of_resolution_is_no_loss(drawn: Pictures) -> None:
    @once
    def smaller(image: Image, index: int) -> Image:
        return cv2.resize(image, (480, 270), interpolation=cv2.INTER_AREA)

    watched = Watched(drawn, reference=drawn(0))
    watched.run(10.0)
    assert states(watched.run(40.0, smaller)) == [HealthState.OK]


def flapping(period_s: float) -> Iterator[bool]:
    return (int(i / FPS / period_s) % 2 == 1 for i in count())


def test_a_sign_that_comes_and_goes_does_not_flicker(drawn: Pictures) -> None:
    watched = Watched(drawn)
    watched.run(20.0)
    watched.run(30.0, dark)
    flips = iter(list(islice(flapping(3.0), 10_000)))
    reports = watched.run(60.0, lambda image, i: dark(image, i) if next(flips) else image)
    assert len(states(reports)) <= 3


def test_sharpness_tells_defocus_from_noise(drawn: Pictures) -> None:
    sharp = sharpness(drawn(0))
    soft = sharpness(blurred(drawn(0), 1))
    loud = sharpness(noisy(drawn(0), 2, 8.0))
    assert sharp is not None
    assert soft is not None
    assert loud is not None
    assert soft < 0.5 * sharp
    assert loud > 0.8 * sharp
    assert sharpness(np.full((360, 640, 3), 90, np.uint8)) is None
