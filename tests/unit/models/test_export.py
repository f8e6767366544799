"""Export of a YOLO built from its architecture file; needs the extra [export]."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import models
from models.evaluate.metrics import match
from models.manifest import ModelError, known

pytestmark = pytest.mark.export
SIZE = (192, 128)


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
    network = YOLO(architecture)
    torch.save({"model": network.model}, tmp_path / "random.pt")
    entry = export(tmp_path / "random.pt", name="mine", size=SIZE, nms_free=nms_free)
    assert known().get("mine").family == entry.family

    picture = np.random.default_rng(2).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    tensor = torch.from_numpy(picture[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    network.model.end2end = nms_free
    with torch.no_grad():
        raw = network.model.eval()(tensor)
    raw = raw[0] if isinstance(raw, tuple) else raw
    # Random weights are sure of nothing.
    kept = non_max_suppression(raw, 1e-4, 0.6, classes=[0], max_det=300)[0].numpy()
    found = models.load("mine", min_score=1e-4).detect(picture)
    inside = np.clip(kept[:, :4], 0, [*SIZE, *SIZE]).astype(np.float32)
    assert len(found) == len(kept)
    assert np.all(match(found.boxes, inside, 0.99) >= 0)
    np.testing.assert_allclose(found.scores, kept[:, 4], rtol=1e-3)


def test_weights_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.export import export

    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    (tmp_path / "bad.pt").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"bad\.pt: expected weights that ultralytics"):
        export(tmp_path / "bad.pt", name="mine", size=SIZE)
