"""TensorFlow convolutional graphs to ONNX, in NCHW and for any input size.

TensorFlow convolves in NHWC, so graphs that came from elsewhere are full of transposes. Here a
value remembers how its TensorFlow axes map to the NCHW tensor in ONNX; a transpose then only
changes that memory and costs nothing. Padding likewise waits in the value until the convolution
or pooling that takes it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.convert.tfjs import Array, ConvertError, Graph, Node

OPSET = 17
IR_VERSION = 8
_NCHW = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class _Value:
    """A tensor of the ONNX graph, seen with TensorFlow's axes.

    Attributes:
        name: name in the ONNX graph.
        axes: TensorFlow axis i is axis ``axes[i]`` of the NCHW tensor.
        stride: pixels of the input for one step in this map.
        channels: of the map; 0 for the input of the network.
        pads: (top, left, bottom, right) still to be done by whoever reads the value.
        pad_value: what to pad with.
        bias_of: the convolution that made it, as long as a constant added is still its bias.
    """

    name: str
    axes: tuple[int, ...] = _NCHW
    stride: float = 1.0
    channels: int = 0
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    pad_value: float = 0.0
    bias_of: onnx.NodeProto | None = None


class Translator:
    """Builds the ONNX graph node by node.

    Args:
        graph: the network.
        size: height and width for which the graph was made; resize targets refer to it.
    """

    def __init__(self, graph: Graph, size: tuple[int, int]) -> None:
        self._graph = graph
        self._size = size
        self._values: dict[str, _Value] = {}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, Array] = {}

    def run(self, outputs: Iterable[str]) -> dict[str, str]:
        """Translate what the named values need; returns their names in the ONNX graph (NCHW)."""
        outputs = tuple(outputs)
        needed = self._needed(outputs)
        for node in self._graph.nodes:
            if node.name in needed:
                self._one(node)
        return {name: self._values[name].name for name in outputs}

    def _needed(self, outputs: tuple[str, ...]) -> set[str]:
        by_name = {node.name: node for node in self._graph.nodes}
        needed: set[str] = set()
        stack = list(outputs)
        while stack:
            name = stack.pop().split(":")[0]
            if name in by_name and name not in needed:
                needed.add(name)
                stack.extend(by_name[name].inputs)
        return needed

    def _one(self, node: Node) -> None:
        method = getattr(self, f"_op_{node.op.lower()}", None)
        if method is None:
            raise ConvertError(f"{node.name}: operation {node.op} is not known")
        self._values[node.name] = method(node)

    def _constant(self, name: str) -> Array:
        try:
            return self._graph.constants[name]
        except KeyError:
            raise ConvertError(f"{name}: expected a constant") from None

    def _plain(self, name: str) -> _Value:
        """The value with nothing left to do: NCHW, no padding."""
        value = self._values[name]
        if value.axes != _NCHW or any(value.pads):
            raise ConvertError(f"{name}: transposed or padded where NCHW is needed")
        return value

    def _emit(self, op: str, inputs: list[str], name: str, **attributes: Any) -> onnx.NodeProto:
        node = helper.make_node(op, inputs, [name], name=name, **attributes)
        self.nodes.append(node)
        return node

    def _weight(self, name: str, values: Array) -> str:
        self.weights[name] = values
        return name

    def _op_placeholder(self, node: Node) -> _Value:
        return _Value(node.name)

    def _op_identity(self, node: Node) -> _Value:
        return self._values[node.inputs[0]]

    def _op_transpose(self, node: Node) -> _Value:
        value = self._values[node.inputs[0]]
        order = self._constant(node.inputs[1])
        return replace(value, axes=tuple(value.axes[axis] for axis in order))

    def _op_pad(self, node: Node) -> _Value:
        value = self._values[node.inputs[0]]
        amounts = np.zeros((4, 2), int)
        amounts[list(value.axes)] = self._constant(node.inputs[1])
        if amounts[:2].any() or any(value.pads):
            raise ConvertError(f"{node.name}: only height and width can be padded, once")
        fill = float(self._constant(node.inputs[2])) if len(node.inputs) > 2 else 0.0
        (top, bottom), (left, right) = amounts[2:].tolist()
        return replace(value, pads=(top, left, bottom, right), pad_value=fill, bias_of=None)

    _op_padv2 = _op_pad

    def _op_conv2d(self, node: Node) -> _Value:
        value = self._nhwc(node)
        if any(value.pads) and value.pad_value != 0.0:
            raise ConvertError(f"{node.name}: convolution pads with 0, not {value.pad_value}")
        kernel = self._constant(node.inputs[1]).transpose(3, 2, 0, 1)
        strides = node.attributes["strides"][1:3]
        weight = self._weight(f"{node.name}.weight", kernel.astype(np.float32))
        made = self._emit(
            "Conv",
            [value.name, weight],
            node.name,
            kernel_shape=kernel.shape[2:],
            strides=strides,
            pads=value.pads,
        )
        return _Value(
            node.name, value.axes, value.stride * strides[0], kernel.shape[0], bias_of=made
        )

    def _op_maxpool(self, node: Node) -> _Value:
        value = self._nhwc(node)
        # ONNX leaves padding out of the maximum, so only the lowest value means the same.
        if any(value.pads) and value.pad_value > np.finfo(np.float32).min:
            raise ConvertError(f"{node.name}: pooling cannot pad with {value.pad_value}")
        strides = node.attributes["strides"][1:3]
        self._emit(
            "MaxPool",
            [value.name],
            node.name,
            kernel_shape=node.attributes["ksize"][1:3],
            strides=strides,
            pads=value.pads,
        )
        return _Value(node.name, value.axes, value.stride * strides[0], value.channels)

    def _nhwc(self, node: Node) -> _Value:
        value = self._values[node.inputs[0]]
        if value.axes != (0, 2, 3, 1) or node.attributes["padding"] != "VALID":
            raise ConvertError(f"{node.name}: expected NHWC and padding VALID")
        return value

    def _op_add(self, node: Node) -> _Value:
        left, right = node.inputs
        if left in self._graph.constants:
            left, right = right, left
        value = self._values[left]
        if right in self._graph.constants:
            if value.bias_of is None:
                raise ConvertError(f"{node.name}: a constant can only be added to a convolution")
            bias = self._constant(right).astype(np.float32)
            value.bias_of.input.append(self._weight(f"{value.bias_of.name}.bias", bias))
            return replace(value, bias_of=None)
        other = self._values[right]
        if value.axes != other.axes or any(value.pads) or any(other.pads):
            raise ConvertError(f"{node.name}: expected two values of the same layout")
        self._emit("Add", [value.name, other.name], node.name)
        return replace(value, name=node.name, bias_of=None)

    _op_addv2 = _op_add

    def _op_leakyrelu(self, node: Node) -> _Value:
        value = self._values[node.inputs[0]]
        self._emit("LeakyRelu", [value.name], node.name, alpha=node.attributes["alpha"])
        return replace(value, name=node.name, bias_of=None)

    def _op_concatv2(self, node: Node) -> _Value:
        values = [self._plain(name) for name in node.inputs[:-1]]
        if int(self._constant(node.inputs[-1])) != 1:
            raise ConvertError(f"{node.name}: only channels can be joined")
        self._emit("Concat", [value.name for value in values], node.name, axis=1)
        channels = sum(value.channels for value in values)
        return replace(values[0], name=node.name, channels=channels, bias_of=None)

    def _op_resizebilinear(self, node: Node) -> _Value:
        value = self._values[node.inputs[0]]
        if not node.attributes["half_pixel_centers"]:
            raise ConvertError(f"{node.name}: only resizing by half pixel centres is known")
        stride = self._size[0] / int(self._constant(node.inputs[1])[0])
        factor = value.stride / stride
        if factor == 0.5:
            # Bilinear at half size reads exactly between pixels: the mean of four. As a
            # convolution it has a fast int8 kernel, which the pooling operation has not.
            quarter = np.full((value.channels, 1, 2, 2), 0.25, np.float32)
            self._emit(
                "Conv",
                [value.name, self._weight(f"{node.name}.weight", quarter)],
                node.name,
                kernel_shape=[2, 2],
                strides=[2, 2],
                group=value.channels,
            )
        else:
            scales = self._weight(
                f"{node.name}.scales", np.array([1, 1, factor, factor], np.float32)
            )
            self._emit("Resize", [value.name, "", scales], node.name, mode="linear")
        return replace(value, name=node.name, stride=stride, bias_of=None)


def pool_first(nodes: list[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """Swap each LeakyRelu with the MaxPool that follows it.

    A rising function and a maximum commute, and behind the pooling there are four times fewer
    values to work on.
    """
    result = list(nodes)
    for index, activation in enumerate(nodes):
        name = activation.output[0]
        readers = [node for node in nodes if name in node.input]
        if activation.op_type != "LeakyRelu" or [node.op_type for node in readers] != ["MaxPool"]:
            continue
        (pool,) = readers
        result[index], result[nodes.index(pool)] = pool, activation
        pool.input[0], activation.input[0] = activation.input[0], name
        pool.output[0], activation.output[0] = name, pool.output[0]
    return result


def initializers(weights: dict[str, Array]) -> list[TensorProto]:
    """The weights as ONNX tensors."""
    return [
        numpy_helper.from_array(np.ascontiguousarray(values), name)
        for name, values in weights.items()
    ]
