"""The network that comes with the product, on a real video."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

import models
from models.manifest import BUILT_IN, read
from models.quantize.outputs import multiply_in_int8
from models.suppression import iou

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


def test_every_file_of_the_manifest_has_its_checksum() -> None:
    manifest = read(BUILT_IN)
    assert {entry.name for entry in manifest.model} >= {"person", "person-float"}
    for entry in manifest.model:
        if entry.url is None:
            entry.read()


def test_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in BUILT_IN.parent.glob("*.onnx")) <= 12_000_000


def test_importing_detections_loads_no_runtime() -> None:
    code = (
        "import sys, models.detections; "
        "print([m for m in ('onnxruntime', 'cv2', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.vtest
@pytest.mark.skipif(not VTEST.exists(), reason="vtest.avi of Debian's opencv-doc is missing")
def test_finds_the_people_of_a_real_street() -> None:
    capture = cv2.VideoCapture(str(VTEST))
    ok, image = capture.read()
    assert ok
    found = models.load("person").detect(image)
    assert np.all(np.diff(found.scores) <= 0)
    sure = found.boxes[found.scores >= 0.4]
    assert len(sure) == 3  # as anybody can see in the first frame
    heights = sure[:, 3] - sure[:, 1]
    assert np.all((heights > 40) & (heights < 200))
    assert np.all(sure[:, [0, 2]] <= 768)
    assert np.all(sure[:, [1, 3]] <= 576)


@pytest.mark.vtest
def test_int8_sees_what_float_sees() -> None:
    capture = cv2.VideoCapture(str(VTEST))
    small, large = models.load("person"), models.load("person-float")
    for _ in range(10):
        ok, image = capture.read()
        assert ok
        exact, found = large.detect(image), small.detect(image)
        sure = exact.scores >= 0.5
        overlap = iou(exact.boxes[sure], found.boxes)
        assert overlap.max(axis=1).min() > 0.8
        scores = found.scores[overlap.argmax(axis=1)]
        assert np.abs(scores - exact.scores[sure]).max() < 0.1


def test_float_products_become_int8_ones_with_float_results() -> None:
    rng = np.random.default_rng(2)
    weight = rng.normal(0, 1, (8, 3)).astype(np.float32) * [1.0, 10.0, 100.0]
    levels = rng.integers(0, 255, (1, 5, 8), np.uint8)
    parts = {
        "scale": np.array(0.02, np.float32),
        "zero": np.array(100, np.uint8),
        "weight": weight.astype(np.float32),
    }
    graph = helper.make_graph(
        [
            helper.make_node("DequantizeLinear", ["levels", "scale", "zero"], ["x"], "x"),
            helper.make_node("MatMul", ["x", "weight"], ["y"], "y"),
        ],
        "product",
        [helper.make_tensor_value_info("levels", TensorProto.UINT8, [1, 5, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5, 3])],
        [numpy_helper.from_array(values, name) for name, values in parts.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    multiply_in_int8(model)
    onnx.checker.check_model(model, full_check=True)
    assert TensorProto.INT8 in {tensor.data_type for tensor in model.graph.initializer}
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"levels": levels})
    expected = (levels.astype(np.float32) - 100) * 0.02 @ parts["weight"]
    # Each column has its own scale, so a large one takes nothing from a small one.
    error = np.abs(found - expected).max((0, 1)) / np.abs(expected).max((0, 1))
    assert error.max() < 0.03


def test_an_empty_grey_picture_has_nobody() -> None:
    found = models.load("person").detect(np.full((480, 640, 3), 114, np.uint8))
    assert not np.any(found.scores >= 0.4)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((480, 640), np.uint8),
        np.zeros((480, 640, 4), np.uint8),
        np.zeros((480, 640, 3), np.float32),
        np.zeros((0, 0, 3), np.uint8),
    ],
)
def test_a_picture_of_another_kind_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        models.load("person").detect(image)


def test_detectors_of_one_network_work_at_the_same_time() -> None:
    rng = np.random.default_rng(7)
    sizes = [(352, 640), (384, 512), (640, 352)] * 2
    images = [rng.integers(0, 255, (*size, 3), np.uint8) for size in sizes]
    detectors = [models.load("person", min_score=0.001) for _ in images]
    alone = [d.detect(image) for d, image in zip(detectors, images, strict=True)]
    with ThreadPoolExecutor(len(images)) as pool:
        for _ in range(5):
            together = list(pool.map(lambda d, image: d.detect(image), detectors, images))
            for one, other in zip(alone, together, strict=True):
                np.testing.assert_array_equal(one.boxes, other.boxes)
                np.testing.assert_array_equal(one.scores, other.scores)
