"""Figures of the MOT challenge: MOTA, IDF1 and switches by motmetrics, HOTA by our own few lines.

HOTA as in Luiten et al., "HOTA: a higher order metric for evaluating multi-object tracking", IJCV
2021. The packages that have it, trackeval and trackers, bring a second OpenCV over the one in use;
what is here gives their numbers (tests/unit/tracking/test_mot_figures.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import motmetrics
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from edge_agent.tracking.overlap import iou

_ALPHAS = np.arange(0.05, 0.99, 0.05)
_MIN_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame.

    Attributes:
        people: (N,) whole numbers, who is there; boxes (N, 4) where, x1 y1 x2 y2.
        tracks: (M,) whole numbers, whom a tracker follows; track_boxes (M, 4) where.
    """

    people: NDArray[np.int64]
    boxes: NDArray[np.float64]
    tracks: NDArray[np.int64]
    track_boxes: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a tracker did; all but the counts in 0..1, MOTA may be less.

    Attributes:
        mota, idf1, hota, det_a, ass_a: by those names in the papers, boxes matched from IoU .5;
            HOTA and its parts averaged over IoU .05 to .95.
        switches: how often somebody's track changed its id.
        count_mae: mean difference of the number of people a frame.
    """

    mota: float
    idf1: float
    hota: float
    det_a: float
    ass_a: float
    switches: int
    count_mae: float

    def __str__(self) -> str:
        return (
            f"MOTA {self.mota:.3f}, IDF1 {self.idf1:.3f}, HOTA {self.hota:.3f} "
            f"(DetA {self.det_a:.3f}, AssA {self.ass_a:.3f}), {self.switches} switches, "
            f"count MAE {self.count_mae:.2f}"
        )


def judge(scenes: Sequence[Scene]) -> Figures:
    """Compare tracks with the truth, frame by frame in the order of time."""
    log = motmetrics.MOTAccumulator(auto_id=True)
    for scene in scenes:
        distance = 1.0 - iou(scene.boxes, scene.track_boxes)
        log.update(
            scene.people, scene.tracks, np.where(distance > 1.0 - _MIN_IOU, np.nan, distance)
        )
    wanted = ["mota", "idf1", "num_switches"]
    found = motmetrics.metrics.create().compute(log, metrics=wanted).iloc[0]
    hota, det_a, ass_a = _hota(scenes)
    mae = float(np.mean([abs(len(scene.people) - len(scene.tracks)) for scene in scenes]))
    return Figures(
        float(found.mota), float(found.idf1), hota, det_a, ass_a, int(found.num_switches), mae
    )


def _hota(scenes: Sequence[Scene]) -> tuple[float, float, float]:
    """HOTA, DetA and AssA."""
    people, person_of = _numbered([scene.people for scene in scenes])
    tracks, track_of = _numbered([scene.tracks for scene in scenes])
    overlaps = [iou(scene.boxes, scene.track_boxes) for scene in scenes]
    # Who belongs to whom over the whole time decides between boxes that fit equally well.
    together = np.zeros((people, tracks))
    for overlap, row, column in zip(overlaps, person_of, track_of, strict=True):
        either = overlap.sum(0)[None] + overlap.sum(1)[:, None] - overlap
        together[np.ix_(row, column)] += overlap / np.maximum(either, 1e-12)
    seen = np.bincount(np.concatenate(person_of), minlength=people)[:, None]
    given = np.bincount(np.concatenate(track_of), minlength=tracks)[None]
    alike = together / np.maximum(seen + given - together, 1e-12)
    matches = np.zeros((len(_ALPHAS), people, tracks))
    for overlap, row, column in zip(overlaps, person_of, track_of, strict=True):
        rows, columns = linear_sum_assignment(-alike[np.ix_(row, column)] * overlap)
        fits = overlap[rows, columns][None] >= _ALPHAS[:, None] - 1e-12
        matches[:, row[rows], column[columns]] += fits
    hits = matches.sum((1, 2))
    det_a = hits / np.maximum(seen.sum() + given.sum() - hits, 1)
    shared = matches / np.maximum(seen + given - matches, 1)
    ass_a = (matches * shared).sum((1, 2)) / np.maximum(hits, 1)
    return float(np.sqrt(det_a * ass_a).mean()), float(det_a.mean()), float(ass_a.mean())


def _numbered(ids: list[NDArray[np.int64]]) -> tuple[int, list[NDArray[np.intp]]]:
    """How many different ids there are, and those of each frame as places in their order."""
    names, places = np.unique(np.concatenate(ids), return_inverse=True)
    return len(names), np.split(places, np.cumsum([len(frame) for frame in ids])[:-1])
