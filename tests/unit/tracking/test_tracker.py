"""The tracker on scenes drawn as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.tracking.tracker import Tracker, TrackerSettings
from edge_agent.tracking.tracks import Tracks
from models.detections import Detections

SIZE = (1280, 720)
FPS = 8.0


def person(x: float, feet: float = 500.0, height: float = 200.0) -> list[float]:
    """Box of somebody who stands at ``x``, ``feet``."""
    return [x - 0.18 * height, feet - height, x + 0.18 * height, feet]


def found(boxes: list[list[float]], scores: list[float] | float = 0.8) -> Detections:
    values = [scores] * len(boxes) if isinstance(scores, float) else scores
    order = np.argsort(-np.array(values), kind="stable") if boxes else []
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4)[order], np.array(values, np.float32)[order]
    )


@dataclass
class Run:
    """A tracker that is shown frame after frame."""

    tracker: Tracker
    t_s: float = 0.0
    step_s: float = 1.0 / FPS

    def show(self, detections: Detections) -> Tracks:
        tracks = self.tracker.update(detections, self.t_s, SIZE)
        self.t_s += self.step_s
        return tracks


def counted(tracks: Tracks) -> list[int]:
    return sorted(tracks.ids[tracks.confirmed].tolist())


@pytest.fixture
def run() -> Run:
    return Run(Tracker())


def test_nobody_counts_at_first_sight(run: Run) -> None:
    assert counted(run.show(found([person(300)]))) == []
    for _ in range(6):
        tracks = run.show(found([person(300)]))
    assert len(counted(tracks)) == 1
    assert tracks.since_s[0] == 0.0
    assert tracks.detection.tolist() == [0]


def test_a_flicker_never_counts(run: Run) -> None:
    for k in range(80):
        tracks = run.show(found([person(300)] if k % 8 == 0 else []))
        assert counted(tracks) == []


def test_a_coat_stand_that_scores_low_never_counts_and_a_low_walker_does(run: Run) -> None:
    for _ in range(200):
        tracks = run.show(found([person(900)], 0.47))
        assert counted(tracks) == []
    for k in range(32):
        tracks = run.show(found([person(300 + 12 * k), person(900)], 0.47))
    assert len(counted(tracks)) == 1


@pytest.mark.parametrize(("fps", "minutes"), [(2.0, 20), (8.0, 3)])
def test_who_stands_for_minutes_keeps_one_id(fps: float, minutes: int) -> None:
    rng = np.random.default_rng(4)
    run = Run(Tracker(), step_s=1.0 / fps)
    ids: set[int] = set()
    for _ in range(int(minutes * 60 * fps)):
        box = np.array(person(400)) + rng.normal(0, 4.0, 4)
        seen = rng.random() < 0.94
        tracks = run.show(found([box.tolist()] if seen else [], float(rng.uniform(0.4, 0.9))))
        ids.update(counted(tracks))
    assert len(ids) == 1


def test_somebody_hidden_by_another_for_seconds_keeps_the_id(run: Run) -> None:
    def front(x: float) -> list[float]:
        return person(x, feet=560.0, height=230.0)

    behind = person(400)
    for k in range(16):
        tracks = run.show(found([front(700 - 20 * k), behind]))
    before = counted(tracks)
    assert len(before) == 2
    for _ in range(int(4 * FPS)):
        tracks = run.show(found([front(400)]))
    assert counted(tracks) == before
    for k in range(1, 12):
        x = 400 - 20 * k
        tracks = run.show(found([front(x), behind] if x < 330 else [front(x)]))
    assert counted(tracks) == before


def test_who_walks_behind_a_pillar_comes_out_as_the_same(run: Run) -> None:
    ids: set[int] = set()
    for k in range(80):
        x = 200 + 10 * k
        ids.update(counted(run.show(found([] if 560 < x < 640 else [person(x)]))))
    assert len(ids) == 1


def test_who_leaves_the_picture_is_gone_at_once(run: Run) -> None:
    for k in range(24):
        run.show(found([person(1100 + 8 * k)]))
    for _ in range(3):
        tracks = run.show(found([]))
    assert counted(tracks) == []


def test_who_vanishes_in_plain_sight_is_not_counted_for_long(run: Run) -> None:
    for _ in range(24):
        run.show(found([person(600)]))
    for _ in range(int(1.5 * FPS)):
        tracks = run.show(found([]))
    assert counted(tracks) == []


def test_two_who_pass_each_other_keep_their_ids(run: Run) -> None:
    owners: dict[str, set[int]] = {"right": set(), "left": set()}
    for k in range(60):
        right, left = person(300 + 10 * k, 505.0), person(900 - 10 * k, 495.0, 195.0)
        apart = abs((300 + 10 * k) - (900 - 10 * k)) > 60
        tracks = run.show(found([right, left] if apart else [right]))
        for track, row in zip(tracks.ids, tracks.detection, strict=True):
            if apart and row >= 0 and k > 5:
                middle = tracks.boxes[tracks.ids == track][0, [0, 2]].mean()
                nearer = abs(middle - (300 + 10 * k)) < abs(middle - (900 - 10 * k))
                owners["right" if nearer else "left"].add(int(track))
    assert len(owners["right"]) == len(owners["left"]) == 1
    assert owners["right"] != owners["left"]


def test_a_second_box_on_somebody_with_a_cart_is_no_second_person(run: Run) -> None:
    rng = np.random.default_rng(6)
    most = 0
    for k in range(120):
        x = 300.0 + 3 * k
        alone, with_cart = person(x), [x - 36, 300.0, x + 76, 505.0]
        scores = rng.uniform(0.4, 0.9, 2).tolist()
        shown = [alone, with_cart] if rng.random() < 0.6 else [alone]
        tracks = run.show(found(shown, scores[: len(shown)]))
        most = max(most, len(counted(tracks)))
    assert most == 1
    assert len(counted(tracks)) == 1


def test_people_side_by_side_are_all_counted(run: Run) -> None:
    for _ in range(16):
        tracks = run.show(found([person(300), person(350), person(400)]))
    assert len(counted(tracks)) == 3


@pytest.mark.parametrize("fps", [3.0, 8.0, 25.0])
def test_the_frame_rate_changes_nothing(fps: float) -> None:
    rng = np.random.default_rng(8)
    run = Run(Tracker(), step_s=1.0 / fps)
    ids: set[int] = set()
    for k in range(int(12 * fps)):
        boxes = [person(200 + 80 * k / fps), person(1000 - 60 * k / fps, 620.0, 220.0)]
        noisy = [(np.array(b) + rng.normal(0, 4, 4)).tolist() for b in boxes]
        ids.update(counted(run.show(found([b for b in noisy if rng.random() < 0.93]))))
    assert len(ids) == 2


def test_colours_tell_two_apart_who_change_sides_unseen() -> None:
    tracker = Tracker()
    red, blue = np.full(24, 5.0, np.float32), np.full(24, 15.0, np.float32)
    for k in range(16):
        tracks = tracker.update(
            found([person(400), person(480)]), k / FPS, SIZE, np.stack([red, blue])
        )
    first = dict(zip(tracks.detection.tolist(), tracks.ids.tolist(), strict=True))
    tracks = tracker.update(found([person(435), person(446)]), 2.1, SIZE, np.stack([blue, red]))
    then = dict(zip(tracks.detection.tolist(), tracks.ids.tolist(), strict=True))
    assert then[0] == first[1]
    assert then[1] == first[0]


def test_time_that_runs_backwards_is_an_error(run: Run) -> None:
    run.show(found([person(300)]))
    run.show(found([person(300)]))
    with pytest.raises(ValueError, match="t_s: expected"):
        run.tracker.update(found([]), 0.0)


def test_empty_frames_and_ids_never_used_again(run: Run) -> None:
    ids: list[NDArray[np.int64]] = []
    for k in range(5):
        for _ in range(8):
            ids.append(np.unique(run.show(found([person(200 + 200 * k)])).ids))
        for _ in range(40):
            assert len(run.show(found([]))) >= 0
    confirmed = np.unique(np.concatenate(ids))
    assert len(confirmed) == 5


def test_who_stands_half_behind_another_and_scores_low_counts() -> None:
    settings = TrackerSettings().for_queues()
    run = Run(Tracker(settings))
    front, behind = person(300, 500), person(312, 470)
    for k in range(48):
        # Every other picture shows the front one alone, as one box for both.
        shown = [front, behind] if k % 2 else [front]
        tracks = run.show(found(shown, [0.75, 0.38][: len(shown)]))
    assert len(counted(tracks)) == 2


def test_the_upper_half_of_somebody_is_no_second_person() -> None:
    settings = TrackerSettings().for_queues()
    run = Run(Tracker(settings))
    whole = person(300, 500)
    waist_up = [whole[0], whole[1] + 4, whole[2], whole[1] + 110]
    for _ in range(48):
        tracks = run.show(found([whole, waist_up], [0.75, 0.45]))
        assert len(counted(tracks)) <= 1


def test_where_people_score_low_a_low_score_is_enough() -> None:
    run = Run(Tracker())
    for k in range(400):
        # People walk through at .6; then one comes to stand who scores .48.
        tracks = run.show(found([person(100 + 6 * (k % 180))], 0.6))
    for _ in range(24):
        tracks = run.show(found([person(600, 650)], 0.48))
    assert len(counted(tracks)) == 1


def test_a_weak_box_over_somebody_known_is_followed_only_where_people_queue() -> None:
    for settings, followed in ((TrackerSettings(), 1), (TrackerSettings().for_queues(), 2)):
        run = Run(Tracker(settings))
        for _ in range(5):
            run.show(found([person(400)], 0.8))
        for _ in range(8):
            both = Detections(
                np.array([person(400), person(430, feet=480.0)], np.float32),
                np.array([0.8, 0.47], np.float32),
            )
            tracks = run.show(both)
        assert len(tracks.ids) == followed


def test_between_two_known_people_only_a_sure_box_is_somebody_new() -> None:
    front, behind, between = person(400, 500), person(400, 420), person(400, 455)
    for score, counts in ((0.45, 2), (0.7, 3)):
        run = Run(Tracker(TrackerSettings().for_queues()))
        for _ in range(8):
            run.show(found([front, behind], 0.8))
        for _ in range(8):
            tracks = run.show(found([front, behind, between], [0.8, 0.8, score]))
        assert len(counted(tracks)) == counts


def test_where_people_are_likely_less_is_enough() -> None:
    for likely, counts in ((None, 0), (np.array([True]), 1)):
        tracker = Tracker(TrackerSettings().for_queues())
        for k in range(24):
            weak = found([person(400)], 0.34)
            tracks = tracker.update(weak, k / FPS, SIZE, likely=likely)
        assert len(counted(tracks)) == counts


def test_the_score_of_a_track_is_that_of_its_detection_wherever_it_stands() -> None:
    tracker = Tracker()
    for k in range(3):
        tracks = tracker.update(found([person(400)], 0.6), k / FPS, SIZE, likely=np.array([True]))
        assert tracks.scores.tolist() == pytest.approx([0.6])


def test_a_thing_at_a_till_that_hardly_looks_like_a_person_never_counts() -> None:
    tracker = Tracker(TrackerSettings().for_queues())
    for k in range(240):
        thing = found([person(400)], 0.2)
        tracks = tracker.update(thing, k / FPS, SIZE, likely=np.array([True]))
        assert counted(tracks) == []
