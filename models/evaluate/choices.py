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


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to feed a network: (width, height) of the input, and how the picture is laid in."""

    size: tuple[int, int]
    mode: Mode

    def __str__(self) -> str:
        """As a person reads it: ``640x352 stretch``."""
        return f"{self.size[0]}x{self.size[1]} {self.mode}"


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


def choices(source: tuple[int, int], entry: ModelEntry) -> list[Choice]:
    """Inputs worth trying for pictures of ``source`` (width, height) pixels.

    Of the picture's own shape in four sizes, and the two classic ones: a letterboxed and a
    stretched square.
    """
    if entry.input.size is not None:
        return [Choice(entry.input.size, "letterbox"), Choice(entry.input.size, "stretch")]
    multiple = entry.input.multiple
    sizes = [choose_size(*source, multiple=multiple, pixels=pixels) for pixels in _PIXELS]
    tried = [Choice(size, "stretch") for size in dict.fromkeys(sizes)]
    tried += [Choice(size, "letterbox") for size in (sizes[2], (416, 416))]
    tried.append(Choice((416, 416), "stretch"))
    different: dict[Fit, Choice] = {}
    for choice in tried:
        different.setdefault(Fit.of(source, choice.size, choice.mode), choice)
    return list(different.values())


def compare(
    entry: ModelEntry,
    tried: Sequence[Choice],
    frames: Iterable[tuple[int, NDArray[np.uint8]]],
    labels: Mapping[int, NDArray[np.float32]],
    *,
    threshold: float | None = None,
) -> list[Result]:
    """Run every choice on every frame.

    Args:
        entry: the network.
        tried: the choices.
        frames: (0-based number, picture (H, W, 3) uint8 BGR); one without labels has nobody in it.
        labels: boxes (M, 4) by frame.
        threshold: score that counts as a person; the entry's where None.

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
        truth.append(labels.get(index, nobody))
        for row, detector in enumerate(detectors):
            start_s = time.process_time()
            found[row].append(detector.detect(image))
            times[row].append(time.process_time() - start_s)
    level = threshold if threshold is not None else entry.threshold
    return [
        Result(choice, judge(boxes, truth, threshold=level), 1000 * float(np.median(spent)))
        for choice, boxes, spent in zip(tried, found, times, strict=True)
    ]
