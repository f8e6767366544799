"""Pictures of the simulated shop, and the truth about what they show."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from edge_agent.config import load
from simulators.camera.drawing import Painter, Seen
from simulators.camera.following import NoisyTracker
from simulators.camera.noise import NoisyDetector
from simulators.camera.occlusion import Occlusion
from simulators.camera.projection import View, look_at
from simulators.camera.recording import Take, film
from simulators.camera.views import VIEWS
from simulators.scene.layout import shop
from simulators.scene.motion import Pose
from simulators.scene.scene import Scene
from simulators.scene.settings import busy, quiet
from simulators.scene.truth import Snapshot

LAYOUT = shop(2)
ALONG = VIEWS["along"](LAYOUT)


def people_at(*places: tuple[float, float]) -> Snapshot:
    """Plain people without cart or bag who stand at places and look at the camera."""
    scene = Scene(quiet(open_lanes=()))
    scene.add_to_queue("1", len(places))
    snapshot = scene.snapshot()
    bodies = tuple(
        body._replace(
            pose=Pose(*place, -math.pi / 2, False, 0.0),
            look=replace(body.look, bag="none", cart=False),
        )
        for body, place in zip(snapshot.bodies, places, strict=True)
    )
    return replace(snapshot, bodies=bodies)


def truth_of(snapshot: Snapshot, view: View = ALONG) -> list[Seen]:
    seen = {s.person: s for s in Painter(LAYOUT, view).truth(snapshot)}
    return [seen[body.person] for body in snapshot.bodies]


@given(st.floats(-3, 3), st.floats(0, 9), st.floats(0, 2))
def test_projection_keeps_points_on_their_ray(x: float, y: float, z: float) -> None:
    pixels, depth = ALONG.project(np.array([[x, y, z]]))
    camera = np.array([ALONG.x, ALONG.y, ALONG.z])
    local = np.array(
        [
            (pixels[0, 0] - ALONG.width / 2) / ALONG.focal_px,
            (pixels[0, 1] - ALONG.height / 2) / ALONG.focal_px,
            1.0,
        ]
    )
    back = camera + depth[0] * local @ ALONG.axes()
    assert back == pytest.approx([x, y, z], abs=1e-6)


def test_what_the_camera_is_aimed_at_is_in_the_middle() -> None:
    view = look_at((1.0, -4.0, 3.0), (0.5, 2.0, 1.0), 900.0)
    pixels, _ = view.project(np.array([[0.5, 2.0, 1.0]]))
    assert pixels[0] == pytest.approx([640.0, 360.0])


def test_a_polygon_out_of_the_picture_is_clipped_away() -> None:
    assert ALONG.on_picture(((0.0, -20.0), (1.0, -20.0), (1.0, -19.0))) == []


@pytest.mark.parametrize("solid", [False, True])
def test_somebody_alone_is_wholly_seen_and_drawn_where_truth_says(solid: bool) -> None:
    snapshot = people_at((2.4, 4.0))
    seen = truth_of(snapshot)[0]
    assert seen.visible > 0.98
    assert seen.visible_box == pytest.approx(seen.box, abs=3.0)
    empty = replace(snapshot, bodies=())
    painter = Painter(LAYOUT, ALONG, noise=False, solid=solid)
    changed = np.abs(painter.draw(snapshot).astype(int) - painter.draw(empty)).max(axis=2) > 24
    rows, columns = np.nonzero(changed)
    x0, y0, x1, y1 = seen.box
    assert columns.min() == pytest.approx(x0, abs=4)
    assert rows.min() == pytest.approx(y0, abs=4)
    assert columns.max() == pytest.approx(x1, abs=25)  # the shadow falls to the right
    assert rows.max() == pytest.approx(y1, abs=12)


def test_of_two_solid_bodies_the_nearer_is_before_the_other() -> None:
    snapshot = people_at((2.55, 5.0), (2.45, 4.2))
    both = Painter(LAYOUT, ALONG, noise=False, solid=True).draw(snapshot)
    alone = replace(snapshot, bodies=snapshot.bodies[1:])
    x0, y0, x1, y1 = (round(v) for v in truth_of(snapshot)[1].box)
    # Within the nearer body's trunk nothing of the other one shows.
    part = (
        slice(y0 + (y1 - y0) // 3, y0 + (y1 - y0) // 2),
        slice((x0 + x1) // 2 - 5, (x0 + x1) // 2),
    )
    assert (both[part] == Painter(LAYOUT, ALONG, noise=False, solid=True).draw(alone)[part]).all()


def test_the_default_model_finds_both_ways_of_drawing() -> None:
    snapshot = people_at((2.4, 4.0))
    x0, y0, x1, _ = truth_of(snapshot)[0].box
    for solid in (False, True):
        found = models.load().detect(Painter(LAYOUT, ALONG, solid=solid).draw(snapshot))
        assert found.scores[0] > 0.5
        left, top, right, _ = found.boxes[0].tolist()
        assert [left, top, right] == pytest.approx([x0, y0, x1], abs=20)


def test_who_stands_behind_another_is_hidden() -> None:
    behind, before = truth_of(people_at((2.55, 5.0), (2.45, 4.2)))
    assert before.visible > 0.98
    assert 0.0 < behind.visible < 0.5


def test_a_counter_hides_the_cashiers_legs() -> None:
    scene = Scene(quiet())
    cashier = next(s for s in Painter(LAYOUT, VIEWS["side"](LAYOUT)).truth(scene.snapshot()))
    seen_from_the_lane = next(
        s
        for s in Painter(LAYOUT, look_at((3.0, 1.0, 2.0), (-2.0, 1.0, 1.0), 900.0)).truth(
            scene.snapshot()
        )
    )
    assert cashier.visible > 0.95
    assert seen_from_the_lane.visible < 0.75


def test_the_same_snapshot_gives_the_same_picture() -> None:
    scene = Scene(busy(), 3)
    scene.advance(200.0)
    first, second = Painter(LAYOUT, ALONG), Painter(LAYOUT, ALONG)
    first.draw(Scene(busy(), 9).snapshot())
    assert np.array_equal(first.draw(scene.snapshot()), second.draw(scene.snapshot()))


@pytest.mark.parametrize("view", ["along", "high", "side", "tail"])
def test_reckoned_appearances_agree_with_drawn_ones(view: str) -> None:
    camera = VIEWS[view](LAYOUT)
    painter, occlusion = Painter(LAYOUT, camera), Occlusion(LAYOUT, camera)
    scene = Scene(busy(), 4)
    scene.advance(300.0)
    errors, feet = [], []
    for _ in range(12):
        scene.advance(scene.now_s + 8.0)
        snapshot = scene.snapshot()
        drawn = {seen.person: seen for seen in painter.truth(snapshot)}
        reckoned = occlusion.look(snapshot.bodies)
        for row, person in enumerate(reckoned.people.tolist()):
            if person in drawn:
                errors.append(reckoned.visible[row] - drawn[person].visible)
                if drawn[person].box[3] < camera.height:
                    gap = reckoned.boxes[row, 3] - drawn[person].box[3]
                    feet.append(abs(gap) / reckoned.height_px[row])
    assert len(errors) > 60
    assert abs(np.mean(errors)) < 0.06
    assert np.sqrt(np.mean(np.square(errors))) < 0.2
    assert np.median(feet) < 0.05


def test_a_noisy_tracker_gives_one_id_a_person_most_of_the_time() -> None:
    scene = Scene(busy(), 2)
    scene.advance(200.0)
    tracker = NoisyTracker(NoisyDetector(LAYOUT, VIEWS["high"](LAYOUT), seed=2))
    owners: set[int] = set()
    here: set[int] = set()
    for _ in range(300):
        scene.advance(scene.now_s + 0.2)
        snapshot = scene.snapshot()
        tracks = tracker.track(snapshot)
        assert len(set(tracks.ids.tolist())) == len(tracks.ids) == len(tracks.boxes)
        assert np.all(tracks.seen == (tracks.detection >= 0))
        owners.update(tracks.ids.tolist())
        here.update(body.person for body in snapshot.bodies)
    assert 0.5 * len(here) < len(owners) < 4 * len(here)


def test_noise_is_seeded() -> None:
    scene = Scene(busy(), 2)
    scene.advance(400.0)
    snapshot = scene.snapshot()
    found = [NoisyDetector(LAYOUT, ALONG, seed).detect(snapshot) for seed in (1, 1, 2)]
    assert np.array_equal(found[0].boxes, found[1].boxes)
    assert not np.array_equal(found[0].scores, found[2].scores)


def test_a_clip_is_written_with_its_truth_and_a_config(tmp_path: Path) -> None:
    video = tmp_path / "clip.avi"
    assert film(video, Take(busy(), "high", seed=2, seconds=1.0, moved=3)) == 8
    lines = [json.loads(line) for line in video.with_suffix(".jsonl").read_text().splitlines()]
    assert [line["frame"] for line in lines] == list(range(8))
    assert lines[0]["people"][0]["bbox"][2] > lines[0]["people"][0]["bbox"][0]
    assert load(video.with_suffix(".yaml")).cameras[0].lanes == ("1", "2")
    capture = cv2.VideoCapture(str(video))
    good, picture = capture.read()
    capture.release()
    assert good
    assert picture.shape == (720, 1280, 3)


def test_a_view_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"view: expected one of along, .* found 'below'"):
        film(tmp_path / "clip.avi", Take(busy(), "below"))
