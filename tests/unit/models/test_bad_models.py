"""A file that is not the network of its manifest entry: one error that says so."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

import models
from models.manifest import BUILT_IN, ModelEntry, ModelError, Source, add, known, read

SOURCE = Source(package="test", version="1", url="http://127.0.0.1/")


def write_network(
    folder: Path, *, opset: int = 17, channels: int = 4, output: str = "stride8"
) -> Path:
    """A network that gives its input back as numbers."""
    shape = [1, "h", "w", channels]
    graph = helper.make_graph(
        [helper.make_node("Cast", ["image"], [output], to=TensorProto.FLOAT)],
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    path = folder / "tiny.onnx"
    onnx.save(model, path)
    return path


def manifest_for(path: Path, *, sha256: str | None = None, **changes: object) -> Path:
    values = {
        "name": "tiny",
        "family": "nanodet",
        "file": path.name,
        "sha256": sha256 or hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "source": SOURCE,
        "input": {"layout": "nhwc4"},
        "outputs": ("stride8",),
        "threshold": 0.4,
        **changes,
    }
    manifest = path.with_name("manifest.toml")
    add(ModelEntry.model_validate(values), manifest)
    return manifest


def test_an_entry_written_is_the_entry_read(tmp_path: Path) -> None:
    original = read(BUILT_IN).get("yolox-nano")
    add(original, tmp_path / "manifest.toml")
    copy = read(tmp_path / "manifest.toml").get("yolox-nano")
    assert copy.model_copy(update={"folder": original.folder}) == original


def test_wrong_checksum(tmp_path: Path) -> None:
    manifest = manifest_for(write_network(tmp_path), sha256="0" * 64)
    with pytest.raises(ModelError, match=r"tiny\.onnx: expected sha256 0{64}, found [0-9a-f]{64}$"):
        models.load("tiny", manifest=manifest)


def test_missing_file(tmp_path: Path) -> None:
    path = write_network(tmp_path)
    manifest = manifest_for(path)
    path.unlink()
    with pytest.raises(ModelError, match=r"tiny\.onnx: expected the file of model tiny, found"):
        models.load("tiny", manifest=manifest)


def test_no_network_at_all(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(b"<html>404</html>")
    manifest = manifest_for(path)
    with pytest.raises(ModelError, match=r"tiny\.onnx: expected a network that onnxruntime"):
        models.load("tiny", manifest=manifest)


def test_unknown_opset(tmp_path: Path) -> None:
    manifest = manifest_for(write_network(tmp_path, opset=999))
    with pytest.raises(ModelError, match=r"tiny\.onnx: expected a network .*opset"):
        models.load("tiny", manifest=manifest)


def test_wrong_input_shape(tmp_path: Path) -> None:
    manifest = manifest_for(write_network(tmp_path, channels=5))
    with pytest.raises(ModelError, match=r"input: expected one tensor\(uint8\) \[1, H, W, 4\]"):
        models.load("tiny", manifest=manifest)


def test_wrong_output_name(tmp_path: Path) -> None:
    manifest = manifest_for(write_network(tmp_path, output="boxes"))
    with pytest.raises(ModelError, match=r"outputs: expected stride8, found \['boxes'\]"):
        models.load("tiny", manifest=manifest)


def test_wrong_output_shape(tmp_path: Path) -> None:
    """Only a run shows it, so the detector tries one while it opens the file."""
    manifest = manifest_for(write_network(tmp_path))
    with pytest.raises(ModelError, match=r"tiny\.onnx: outputs: expected those of family nanodet"):
        models.load("tiny", manifest=manifest)


@pytest.mark.parametrize("size", [(640, 350), (0, 352), (16, 16)])
def test_a_size_that_the_network_does_not_take(size: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="input: expected multiples of 32, found"):
        models.load("person", size=size)


def test_a_name_that_is_not_in_the_manifest() -> None:
    with pytest.raises(ModelError, match=r"expected one of person, .*, found 'persn'"):
        models.load("persn")


def test_a_name_that_is_there_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(read(BUILT_IN).get("person"), tmp_path / "manifest.toml")
    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="person stands there twice"):
        known()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[model", "expected a readable manifest"),
        ("[[model]]\nname = 'x'", "model.0.family: expected: Field required"),
        ("[[model]]\nfamly = 'x'", "model.0"),
    ],
)
def test_a_manifest_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=message):
        read(path)


def test_running_a_network_never_imports_torch() -> None:
    code = (
        "import sys, numpy, models; "
        "models.load('person').detect(numpy.zeros((360, 640, 3), numpy.uint8)); "
        "print([m for m in ('torch', 'ultralytics', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
