"""Accuracy of detections against labelled boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections
from models.suppression import iou


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Results over all frames of a recording.

    Attributes:
        ap50: average precision at IoU 0.5, area under the whole precision-recall curve.
        recall_at_p90: highest recall among thresholds of precision 0.9 or more; 0 if none.
        count_mae: mean over frames of |detections at ``threshold`` - labelled people|.
        best_f1: highest F1 over thresholds, and the threshold where it is reached.
        threshold: score from which a detection counts as a person.
        frames: frames judged.
        people: labelled boxes in them.
    """

    ap50: float
    recall_at_p90: float
    count_mae: float
    best_f1: float
    best_threshold: float
    threshold: float
    frames: int
    people: int


def judge(
    found: Sequence[Detections],
    truth: Sequence[NDArray[np.float32]],
    *,
    threshold: float,
    min_iou: float = 0.5,
) -> Accuracy:
    """Compare detections with labels.

    Detections are matched greedily, best score first, each to the free labelled box that it
    overlaps most (as in PASCAL VOC, 2010 and later: area under the full curve).

    Args:
        found: detections of each frame.
        truth: labelled boxes (M, 4) of each frame, x1 y1 x2 y2 in pixels.
        threshold: score for ``count_mae``.
        min_iou: overlap that makes a match.

    Raises:
        ValueError: not as many frames in both, or none.
    """
    if len(found) != len(truth) or not found:
        raise ValueError(f"frames: expected {len(truth)} or more than 0, found {len(found)}")
    hits = np.concatenate(
        [match(f.boxes, t, min_iou) >= 0 for f, t in zip(found, truth, strict=True)]
    )
    scores = np.concatenate([f.scores for f in found])
    people = sum(len(boxes) for boxes in truth)
    order = np.argsort(-scores, kind="stable")
    true_positives = np.cumsum(hits[order])
    recall = true_positives / max(people, 1)
    precision = true_positives / np.arange(1, len(order) + 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = int(f1.argmax()) if len(f1) else -1
    counts = [int((f.scores >= threshold).sum()) for f in found]
    return Accuracy(
        ap50=_area(recall, precision),
        recall_at_p90=float(recall[precision >= 0.9].max(initial=0.0)),
        count_mae=float(np.mean([abs(n - len(t)) for n, t in zip(counts, truth, strict=True)])),
        best_f1=float(f1[best]) if best >= 0 else 0.0,
        best_threshold=float(scores[order][best]) if best >= 0 else 1.0,
        threshold=threshold,
        frames=len(found),
        people=people,
    )


def match(
    boxes: NDArray[np.float32], truth: NDArray[np.float32], min_iou: float
) -> NDArray[np.int64]:
    """The labelled box that each box (N, 4), best first, is matched to, or -1."""
    overlap = iou(boxes, truth)
    matched = np.full(len(boxes), -1, np.int64)
    for row in range(len(boxes) if len(truth) else 0):
        column = int(overlap[row].argmax())
        if overlap[row, column] >= min_iou:
            matched[row] = column
            overlap[:, column] = 0.0
    return matched


def _area(recall: NDArray[np.float64], precision: NDArray[np.float64]) -> float:
    """Area under the curve, with precision made to fall as recall rises."""
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0.0) * envelope).sum())
