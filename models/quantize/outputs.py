"""Last layers that multiply in int8 and answer in float.

An output quantised to 8 bits cannot hold raw scores beside raw distances. A matrix product need
not: its sums are 32 bits wide, and onnxruntime scales them to float as they are, so that only the
weights lose, column by column.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_MOST = 63
"""7 bits, since processors without VNNI add pairs of products in 16 bits."""


def multiply_in_int8(model: onnx.ModelProto) -> None:
    """Quantise the weights of every float product whose other side is quantised.

    Changes ``model``, a network in QDQ form, in place.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    scaled = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    for product in [node for node in graph.node if node.op_type == "MatMul"]:
        weight = weights.get(product.input[1])
        if weight is None or product.input[0] not in scaled:
            continue
        if weight.data_type == TensorProto.FLOAT and len(weight.dims) == 2:
            _narrow(graph, weight, product)


def _narrow(graph: onnx.GraphProto, weight: TensorProto, product: onnx.NodeProto) -> None:
    """Store the weights (K, N) as int8 with a scale for each column."""
    values: NDArray[np.float32] = numpy_helper.to_array(weight)
    scale = np.maximum(np.abs(values).max(0), 1e-12) / _MOST
    name = weight.name
    parts = {
        f"{name}_quantized": np.round(values / scale).astype(np.int8),
        f"{name}_scale": scale.astype(np.float32),
        f"{name}_zero_point": np.zeros(len(scale), np.int8),
    }
    graph.initializer.remove(weight)
    graph.initializer.extend(numpy_helper.from_array(part, key) for key, part in parts.items())
    place = list(graph.node).index(product)
    graph.node.insert(
        place, helper.make_node("DequantizeLinear", list(parts), [name], f"{name}_dequant", axis=1)
    )
