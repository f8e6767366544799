"""YOLO networks of ultralytics to ONNX entries of the user's manifest, and float ones to int8.

Needs the extra ``[export]``: ultralytics and torch are AGPL-3.0 and BSD tools of whoever exports,
never part of what a store runs. A network exported with ultralytics is AGPL-3.0 itself.
"""

from __future__ import annotations

import hashlib
import importlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.feeding import Feed
from models.fitting import Fit
from models.inputs import choose_size
from models.manifest import InputSpec, ModelEntry, ModelError, Source, add, known, store

_MULTIPLE = 32


def export(
    weights: Path,
    *,
    name: str,
    size: tuple[int, int],
    nms_free: bool = False,
    pictures: Sequence[NDArray[np.uint8]] = (),
) -> ModelEntry:
    """Export a YOLO and add it to the user's manifest.

    Args:
        weights: a ``.pt`` file, or the ``.yaml`` of an architecture (random weights).
        name: what a config calls the network.
        size: (width, height) of its input, multiples of 32.
        nms_free: take the one-to-one head, where the network has one.
        pictures: (H, W, 3) uint8 BGR to measure the int8 ranges on; none leaves it float.

    Raises:
        ModelError: the extra is not installed, the name is taken, or ultralytics cannot export it.
    """
    _check_free(name)
    if size[0] % _MULTIPLE or size[1] % _MULTIPLE:
        raise ModelError(f"size: expected multiples of {_MULTIPLE}, found {size[0]}x{size[1]}")
    model, version = _export_onnx(weights, size, nms_free)
    spec = InputSpec(layout="nchw", colour="rgb", std=(255.0, 255.0, 255.0), size=size)
    made = [value.name for value in model.graph.output]
    entry = ModelEntry(
        name=name,
        family="yolo-nms-free" if nms_free else "yolo",
        file=Path(f"{name}.onnx"),
        sha256="0" * 64,
        licence="AGPL-3.0-only",
        source=Source(
            package="ultralytics", version=version, url="https://github.com/ultralytics/ultralytics"
        ),
        input=spec,
        outputs=tuple(made[:1]),
        threshold=0.4,
        max_iou=1.0 if nms_free else 0.6,
        note=f"exported from {weights.name}",
    )
    if pictures:
        model = _int8(model, entry, pictures)
    return _keep(model, entry, pictures)


def quantize(entry: ModelEntry, *, name: str, pictures: Sequence[NDArray[np.uint8]]) -> ModelEntry:
    """Add an int8 variant of a float network to the user's manifest.

    Args:
        entry: the float network.
        name: what a config calls the new one.
        pictures: (H, W, 3) uint8 BGR to measure ranges on, none of them used to judge it.

    Raises:
        ModelError: the package onnx is not installed, the name is taken, there is no picture, or
            the network is no float one.
    """
    _check_free(name)
    if not pictures:
        raise ModelError("--calibrate: expected pictures, found none")
    model = _need("onnx").load_from_string(entry.read())
    if any(node.op_type == "QuantizeLinear" for node in model.graph.node):
        raise ModelError(f"{entry.path}: expected a float network, found one in int8")
    made = entry.model_copy(
        update={"name": name, "file": Path(f"{name}.onnx"), "url": None, "note": "int8"}
    )
    return _keep(_int8(model, entry, pictures), made, pictures)


def _check_free(name: str) -> None:
    if any(entry.name == name for entry in known().model):
        raise ModelError(f"--name: expected a name that is free, found {name!r} in the manifest")


def _need(module: str) -> Any:
    """Import a module of the extra."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ModelError(
            f"expected the extra instore-edge[export] to be installed, found: {error}"
        ) from error


def _export_onnx(weights: Path, size: tuple[int, int], nms_free: bool) -> tuple[Any, str]:
    """The float network, and the version of ultralytics that wrote it."""
    onnx, ultralytics = _need("onnx"), _need("ultralytics")
    with tempfile.TemporaryDirectory() as folder:
        try:
            model = ultralytics.YOLO(str(weights))
            # ultralytics writes beside this path, which may be read-only.
            model.model.pt_path = model.ckpt_path = str(Path(folder, "weights.pt"))
            made = model.export(
                format="onnx",
                imgsz=(size[1], size[0]),
                simplify=False,
                nms=False if nms_free else None,
            )
            return onnx.load(made), ultralytics.__version__
        except Exception as error:
            # ultralytics raises whatever the step that failed raises.
            raise ModelError(
                f"{weights}: expected weights that ultralytics {ultralytics.__version__} can "
                f"export, found: {error}"
            ) from error


def _int8(model: Any, entry: ModelEntry, pictures: Sequence[NDArray[np.uint8]]) -> Any:
    from models.quantize.float16 import widen
    from models.quantize.heads import heads
    from models.quantize.int8 import quantize as quantize_network

    model = widen(model)
    return quantize_network(model, _feeds(entry.input, pictures), keep=heads(model))


def _feeds(spec: InputSpec, pictures: Sequence[NDArray[np.uint8]]) -> Iterator[NDArray[Any]]:
    for image in pictures:
        source = (image.shape[1], image.shape[0])
        size = spec.size or choose_size(*source, multiple=spec.multiple)
        yield Feed(spec, Fit.of(source, size, "auto")).tensor(image)


def _keep(model: Any, entry: ModelEntry, pictures: Sequence[NDArray[np.uint8]]) -> ModelEntry:
    """Write the network and its entry to the user's folder."""
    folder = store()
    folder.mkdir(parents=True, exist_ok=True)
    data = model.SerializeToString()
    (folder / entry.file).write_bytes(data)
    calibration = f"{len(pictures)} pictures of the user" if pictures else None
    made = entry.model_copy(
        update={
            "sha256": hashlib.sha256(data).hexdigest(),
            "source": entry.source.model_copy(update={"calibration": calibration}),
            "folder": folder,
        }
    )
    add(made, folder / "manifest.toml")
    return made
