"""Reads a TensorFlow.js graph model: ``model.json`` and the binary files beside it.

Format: https://github.com/tensorflow/tfjs/tree/master/tfjs-converter (graph-model), whose nodes
are TensorFlow ``NodeDef`` messages written as JSON.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class ConvertError(ValueError):
    """A graph that this converter cannot translate."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes:
        name: unique name; an output after the first is called ``name:1`` and so on.
        op: TensorFlow operation, for example ``Conv2D``.
        inputs: names of the values read, without control inputs.
        attributes: decoded values of the attributes that the translation needs.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """A network: operations in an order in which they can run, and constants by name."""

    nodes: tuple[Node, ...]
    constants: dict[str, Array]


def read(model_json: Path) -> Graph:
    """Read a graph model.

    Raises:
        ConvertError: a file is missing or cut short, or a weight has an unknown encoding.
    """
    try:
        model = json.loads(model_json.read_text(encoding="utf-8"))
        topology, manifest = model["modelTopology"], model["weightsManifest"]
        constants = dict(_constants(model_json.parent, manifest))
    except (OSError, KeyError, json.JSONDecodeError) as error:
        raise ConvertError(f"{model_json}: no TensorFlow.js graph model: {error!r}") from error
    nodes = {
        raw["name"]: Node(
            name=raw["name"],
            op=raw["op"],
            inputs=tuple(name for name in raw.get("input", ()) if not name.startswith("^")),
            attributes={key: _attribute(value) for key, value in raw.get("attr", {}).items()},
        )
        for raw in topology["node"]
        if raw["op"] != "Const"
    }
    return Graph(tuple(_in_order(nodes)), constants)


def _constants(folder: Path, manifest: list[dict[str, Any]]) -> Iterator[tuple[str, Array]]:
    for group in manifest:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for weight in group["weights"]:
            quantization = weight.get("quantization", {})
            dtype = np.dtype(quantization.get("dtype", weight["dtype"])).newbyteorder("<")
            count = int(np.prod(weight["shape"], dtype=np.int64))
            if offset + count * dtype.itemsize > len(data):
                raise ConvertError(f"{weight['name']}: the weights end too soon")
            values = np.frombuffer(data, dtype, count, offset).reshape(weight["shape"])
            offset += count * dtype.itemsize
            if dtype.kind == "u":
                values = values * quantization["scale"] + quantization["min"]
            yield weight["name"], values.astype(weight["dtype"])
        if offset != len(data):
            raise ConvertError(f"{group['paths']}: {len(data) - offset} bytes of weights left over")


def _attribute(value: dict[str, Any]) -> Any:
    if "s" in value:
        return base64.b64decode(value["s"]).decode()
    if "list" in value:
        return [int(item) for item in value["list"].get("i", ())]
    if "i" in value:
        return int(value["i"])
    return value.get("f", value.get("b"))


def _in_order(nodes: dict[str, Node]) -> Iterator[Node]:
    done: set[str] = set()
    for root in nodes:
        stack = [root]
        while stack:
            name = stack[-1]
            waiting = [
                source
                for source in (text.split(":")[0] for text in nodes[name].inputs)
                if source in nodes and source not in done
            ]
            if name in done or not waiting:
                stack.pop()
                if name not in done:
                    done.add(name)
                    yield nodes[name]
            else:
                stack.extend(waiting)
