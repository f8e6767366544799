"""The network that comes with the product, on a real video."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

import models
from models.manifest import BUILT_IN, read

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
