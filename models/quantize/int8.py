"""Static int8: weights S8 per channel, activations U8, ranges measured on calibration pictures.

Dynamic quantisation is not offered: on the networks here it gains nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from models.quantize.outputs import multiply_in_int8

Ranges = dict[str, list[dict[str, NDArray[Any]]]]


class _Feeds(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime ships no types
    def __init__(self, name: str, feeds: Iterable[NDArray[Any]]) -> None:
        self._feeds: Iterator[NDArray[Any]] = iter(feeds)
        self._name = name

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        feed = next(self._feeds, None)
        return None if feed is None else {self._name: feed}


def quantize(
    model: onnx.ModelProto, feeds: Iterable[NDArray[Any]], *, keep: Iterable[str] = ()
) -> onnx.ModelProto:
    """Quantise to int8 (QDQ).

    Args:
        model: float network with one input.
        feeds: inputs of the network, none of which should be used to judge the result.
        keep: names of operations that give float: those with the raw outputs lose most and cost
            least. Convolutions stay float altogether, matrix products multiply in int8.

    Returns:
        The quantised network.
    """
    feeds, keep = list(feeds), list(keep)
    first = _quantize(model, feeds, keep, {})
    quantised = _quantize(model, feeds, keep, _joined_ranges(model, first))
    _drop_requantised_input(quantised)
    multiply_in_int8(quantised)
    return quantised


def _quantize(
    model: onnx.ModelProto, feeds: list[NDArray[Any]], keep: list[str], ranges: Ranges
) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        onnx.save(model, source)
        quantize_static(
            source,
            target,
            _Feeds(model.graph.input[0].name, feeds),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Processors without VNNI add products in 16 bits, which 8-bit weights overflow.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=keep,
            extra_options={"TensorQuantOverrides": ranges},
        )
        return onnx.load(target)


def _joined_ranges(model: onnx.ModelProto, quantised: onnx.ModelProto) -> Ranges:
    """For all inputs of a Concat the range of its output, so that joining only copies bytes."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in quantised.graph.initializer}
    return {
        name: [
            {
                "scale": values[f"{node.output[0]}_scale"],
                "zero_point": values[f"{node.output[0]}_zero_point"],
            }
        ]
        for node in model.graph.node
        if node.op_type == "Concat" and f"{node.output[0]}_scale" in values
        for name in node.input
    }


def _drop_requantised_input(model: onnx.ModelProto) -> None:
    """Feed the levels of the picture straight to the first convolution.

    They are 8 bits wide already; measuring their range once more would only lose some.
    """
    graph = model.graph
    made_by = {output: node for node in graph.node for output in node.output}
    for node in list(graph.node):
        if node.op_type != "QuantizeLinear":
            continue
        before = made_by.get(node.input[0])
        if before is None or before.op_type != "DequantizeLinear":
            continue
        for reader in graph.node:
            if reader.op_type == "DequantizeLinear" and reader.input[0] == node.output[0]:
                del reader.input[:]
                reader.input.extend(before.input)
        graph.node.remove(node)
        graph.node.remove(before)
