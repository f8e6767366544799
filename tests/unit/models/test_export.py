"""Export of a YOLO built from its architecture file; needs the extra [export]."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import models
from models.evaluate.metrics import match
from models.manifest import ModelError, known

pytestmark = [
    pytest.mark.export,
    pytest.mark.filterwarnings("default"),  # torch and ultralytics warn of themselves
]
SIZE = (192, 128)
MIN_SCORE = 0.3
RECORDER = Path(__file__).parents[2] / "recorded" / "detectors" / "record.py"


def recorder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record", RECORDER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("architecture", "nms_free"), [("yolov8n.yaml", False), ("yolo26n.yaml", True)]
)
def test_exported_network_decodes_as_ultralytics_does(
    architecture: str, nms_free: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from ultralytics import YOLO
    from ultralytics.utils.nms import non_max_suppression

    from models.export import export

    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(4)
    picture = np.random.default_rng(2).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    tensor = torch.from_numpy(picture[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    network = YOLO(architecture)
    recorder().wake(network.model, tensor)
    torch.save({"model": network.model}, tmp_path / "random.pt")
    entry = export(tmp_path / "random.pt", name="mine", size=SIZE, nms_free=nms_free)
    assert known().get("mine").family == entry.family

    detector = models.load("mine", min_score=MIN_SCORE)
    (raw,) = detector.infer(detector.tensor(picture))
    kept = non_max_suppression(
        torch.from_numpy(raw), MIN_SCORE, 0.6, classes=None if nms_free else [0]
    )[0].numpy()
    kept = kept[kept[:, 5] == 0]
    found = detector.detect(picture)
    inside = np.clip(kept[:, :4], 0, [*SIZE, *SIZE]).astype(np.float32)
    assert len(found) == len(kept)
    assert np.all(match(found.boxes, inside, 0.99) >= 0)
    np.testing.assert_allclose(found.scores, kept[:, 4], rtol=1e-5)


def test_weights_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.export import export

    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    (tmp_path / "bad.pt").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"bad\.pt: expected weights that ultralytics"):
        export(tmp_path / "bad.pt", name="mine", size=SIZE)
