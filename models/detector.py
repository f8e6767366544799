"""A network, ready to look at pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.detections import Detections
from models.families import FAMILIES
from models.feeding import Feed
from models.fitting import PAD_LEVEL, Fit, Mode
from models.inputs import DEFAULT_PIXELS, choose_size
from models.manifest import ModelEntry, ModelError
from models.suppression import support, suppress

_LAYOUTS = {
    "nhwc": ("tensor(uint8)", 3, 3, "[1, H, W, 3]"),
    "nhwc4": ("tensor(uint8)", 3, 4, "[1, H, W, 4]"),
    "nchw": ("tensor(float)", 1, 3, "[1, 3, H, W]"),
}

MIN_SCORE = 0.1
"""Lowest score given: a tracker keeps hold of people by detections that could not start one."""


class Detector:
    """Finds people. Not for two threads at a time: it writes each picture to the same buffer.

    Detectors of the same network share its memory, and may work at the same time.

    Args:
        entry: the network.
        size: (width, height) of the input; None chooses by the shape of each picture, where the
            network takes more than one size.
        mode: keep the aspect ratio of the picture, stretch it to the input, or choose.
        threads: threads of onnxruntime.
        min_score: lowest score given.
        closer: so many times the pixels of the usual input; a network of one size keeps to it.

    Raises:
        ModelError: wrong checksum, no network that this onnxruntime can run, not the inputs
            and outputs of its manifest entry, or a size that it does not take.
    """

    def __init__(
        self,
        entry: ModelEntry,
        *,
        size: tuple[int, int] | None = None,
        mode: Mode = "auto",
        threads: int = 1,
        min_score: float = MIN_SCORE,
        closer: float = 1.0,
    ) -> None:
        self.entry = entry
        self.min_score = min_score
        self._size = _allowed(entry, size)
        self._pixels = round(DEFAULT_PIXELS * closer)
        if self._size is not None and entry.input.size is None:
            self._size = _scaled(self._size, closer, entry.input.multiple)
        self._mode: Mode = mode
        self._decode = FAMILIES[entry.family]
        self._session = _open(entry, threads)
        self._input = self._session.get_inputs()[0].name
        self._feed: Feed | None = None
        self._try()

    @property
    def fit(self) -> Fit | None:
        """How the last picture was laid into the input; None before the first."""
        return None if self._feed is None else self._feed.fit

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Find people in one picture, uint8 BGR (H, W, 3), of any size and strides.

        Raises:
            ValueError: the picture has another shape or type, or no pixels.
        """
        return self.boxes(self.infer(self.tensor(image)))

    def tensor(self, image: NDArray[np.uint8]) -> NDArray[Any]:
        """First step of :meth:`detect`: the input for the network; the next call writes over it."""
        self._feed = self._feed_for(image)
        return self._feed.tensor(image)

    def infer(self, tensor: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """Second step: the raw outputs."""
        outputs: Sequence[NDArray[Any]] = self._session.run(
            list(self.entry.outputs) or None, {self._input: tensor}
        )
        return outputs

    def boxes(self, outputs: Sequence[NDArray[Any]]) -> Detections:
        """Third step: the people in the picture that the first step took last."""
        if self._feed is None:
            raise ValueError("boxes: expected a picture before, found none")
        fit = self._feed.fit
        boxes, scores = self._decode(outputs, fit.size, self.min_score, self.entry.person)
        keep = suppress(boxes, scores, self.entry.max_iou)
        backed = support(boxes, scores, keep, self.entry.max_iou)
        return Detections(fit.back(boxes[keep]), scores[keep], backed)

    def _try(self) -> None:
        """Look at nothing, since only a run shows whether the outputs are those of the family."""
        smallest = max(self.entry.input.multiple, 32) * 2
        width, height = self._size or (smallest, smallest)
        try:
            self.detect(np.full((height, width, 3), PAD_LEVEL, np.uint8))
        except Exception as error:
            # onnxruntime raises a dozen types that share no base.
            raise ModelError(
                f"{self.entry.path}: outputs: expected those of family {self.entry.family}, "
                f"found: {_first_line(error)}"
            ) from error

    def _feed_for(self, image: NDArray[np.uint8]) -> Feed:
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(
                f"picture: expected uint8 (H, W, 3), found {image.dtype} {image.shape}"
            )
        source = (image.shape[1], image.shape[0])
        if self._feed is not None and self._feed.fit.source == source:
            return self._feed
        size = self._size or choose_size(
            *source, multiple=self.entry.input.multiple, pixels=self._pixels
        )
        return Feed(self.entry.input, Fit.of(source, size, self._mode))


def _allowed(entry: ModelEntry, size: tuple[int, int] | None) -> tuple[int, int] | None:
    """The one size of the network, or the size asked for."""
    fixed, multiple = entry.input.size, entry.input.multiple
    if size is None or size == fixed:
        return fixed
    found = f"{size[0]}x{size[1]}"
    if fixed is not None:
        expected = f"{fixed[0]}x{fixed[1]}, the only input of model {entry.name}"
        raise ModelError(f"input: expected {expected}, found {found}")
    if min(size) < multiple or size[0] % multiple or size[1] % multiple:
        raise ModelError(f"input: expected multiples of {multiple}, found {found}")
    return size


def _scaled(size: tuple[int, int], times: float, multiple: int) -> tuple[int, int]:
    """About so many times the pixels in the same shape."""
    width, height = (multiple * max(1, round(side * times**0.5 / multiple)) for side in size)
    return width, height


_sessions: WeakValueDictionary[tuple[str, int], ort.InferenceSession] = WeakValueDictionary()
"""Those in use, by the checksum of their file and their threads: cameras share them, since a
session may be run by several threads at a time."""


def _open(entry: ModelEntry, threads: int) -> ort.InferenceSession:
    data = entry.read()
    session = _sessions.get((entry.sha256, threads))
    if session is None:
        session = _sessions[entry.sha256, threads] = _session(entry, data, threads)
    _check_signature(entry, session)
    return session


def _session(entry: ModelEntry, data: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime raises a dozen types that share no base.
        raise ModelError(
            f"{entry.path}: expected a network that onnxruntime {ort.__version__} "
            f"can run, found: {_first_line(error)}"
        ) from error


def _check_signature(entry: ModelEntry, session: ort.InferenceSession) -> None:
    path = entry.path
    inputs = session.get_inputs()
    kind, axis, channels, expected = _LAYOUTS[entry.input.layout]
    shape = inputs[0].shape
    if len(inputs) != 1 or len(shape) != 4 or shape[axis] != channels or inputs[0].type != kind:
        found = ", ".join(f"{value.type} {value.shape}" for value in inputs)
        raise ModelError(f"{path}: input: expected one {kind} {expected}, found {found}")
    names = [value.name for value in session.get_outputs()]
    missing = [name for name in entry.outputs if name not in names]
    if missing:
        raise ModelError(f"{path}: outputs: expected {', '.join(missing)}, found {names}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
