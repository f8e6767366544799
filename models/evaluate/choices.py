"""Ways to feed a network, compared on one labelled recording, so that an installer can pick."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections
from models.detector import Detector
from models.evaluate.metrics import Accuracy, judge
from models.fitting import Fit, Mode
from models.inputs import choose_size
from models.manifest import ModelEntry

_PIXELS = (416 * 224, 512 * 288, 640 * 352, 896 * 512)


Part = tuple[int, int, int, int]
"""x1, y1, x2, y2 of a part of the picture in pixels."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to feed a network.

    Attributes:
        size: (width, height) of the input.
        mode: how the picture is laid into it.
        part: shown alone; the whole picture where None.
    """

    size: tuple[int, int]
    mode: Mode
    part: Part | None = None

    def __str__(self) -> str:
        """As a person reads it: ``640x352 stretch``."""
        return f"{self.size[0]}x{self.size[1]} {self.mode}" + (" (zones)" if self.part else "")


@dataclass(frozen=True, slots=True)
class Result:
    """What a choice gives.

    Attributes:
        accuracy: against the labels.
        cpu_ms: median CPU time a frame in milliseconds, from picture to boxes.
    """

    choice: Choice
    accuracy: Accuracy
    cpu_ms: float


def choices(source: tuple[int, int], entry: ModelEntry, part: Part | None = None) -> list[Choice]:
    """Inputs worth trying for pictures of ``source`` (width, height) pixels.

    Of the picture's own shape in four sizes, and the two classic ones: a letterboxed and a
    stretched square. Where the zones take up only a ``part``, that alone in its own shape, too.
    """
    alone = () if part is None else (part[2] - part[0], part[3] - part[1])
    if entry.input.size is not None:
        modes: tuple[Mode, Mode] = ("letterbox", "stretch")
        parts = (None, part) if alone else (None,)
        return [Choice(entry.input.size, mode, shown) for shown in parts for mode in modes]
    multiple = entry.input.multiple
    sizes = [choose_size(*source, multiple=multiple, pixels=pixels) for pixels in _PIXELS]
    tried = [Choice(size, "stretch") for size in dict.fromkeys(sizes)]
    tried += [Choice(size, "letterbox") for size in (sizes[2], (416, 416))]
    tried.append(Choice((416, 416), "stretch"))
    different: dict[Fit, Choice] = {}
    for choice in tried:
        different.setdefault(Fit.of(source, choice.size, choice.mode), choice)
    if alone:
        sizes = [choose_size(*alone, multiple=multiple, pixels=pixels) for pixels in _PIXELS]
        return [
            *different.values(),
            *(Choice(size, "stretch", part) for size in dict.fromkeys(sizes)),
        ]
    return list(different.values())


def compare(
    entry: ModelEntry,
    tried: Sequence[Choice],
    frames: Iterable[tuple[int, NDArray[np.uint8]]],
    labels: Mapping[int, NDArray[np.float32]],
    *,
    threshold: float | None = None,
    within: Part | None = None,
) -> list[Result]:
    """Run every choice on every frame.

    Args:
        entry: the network.
        tried: the choices.
        frames: (0-based number, picture (H, W, 3) uint8 BGR); one without labels has nobody in it.
        labels: boxes (M, 4) by frame.
        threshold: score that counts as a person; the entry's where None.
        within: only people whose feet are in this part of the picture are judged.

    Raises:
        ModelError: the network cannot be used.
        ValueError: no frames.
    """
    detectors = [Detector(entry, size=choice.size, mode=choice.mode) for choice in tried]
    found: list[list[Detections]] = [[] for _ in tried]
    times: list[list[float]] = [[] for _ in tried]
    truth = []
    nobody = np.empty((0, 4), np.float32)
    for index, image in frames:
        boxes = labels.get(index, nobody)
        truth.append(boxes[_stand_in(boxes, within)])
        for row, detector in enumerate(detectors):
            start_s = time.process_time()
            seen = _look(detector, image, tried[row].part)
            times[row].append(time.process_time() - start_s)
            there = _stand_in(seen.boxes, within)
            found[row].append(Detections(seen.boxes[there], seen.scores[there]))
    level = threshold if threshold is not None else entry.threshold
    return [
        Result(choice, judge(boxes, truth, threshold=level), 1000 * float(np.median(spent)))
        for choice, boxes, spent in zip(tried, found, times, strict=True)
    ]


def _look(detector: Detector, image: NDArray[np.uint8], part: Part | None) -> Detections:
    """People in a part of the picture, in pixels of the whole."""
    if part is None:
        return detector.detect(image)
    x1, y1, x2, y2 = part
    seen = detector.detect(image[y1:y2, x1:x2])
    return Detections(seen.boxes + np.array([x1, y1, x1, y1], np.float32), seen.scores)


def _stand_in(boxes: NDArray[np.float32], part: Part | None) -> NDArray[np.bool_]:
    """(N,) whether the middle of the lower edge of each box lies in the part."""
    if part is None:
        return np.ones(len(boxes), np.bool_)
    x1, y1, x2, y2 = part
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    return np.asarray((x >= x1) & (x <= x2) & (y >= y1) & (y <= y2))
