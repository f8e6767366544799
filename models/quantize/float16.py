"""Weights stored in half precision, computed in single: half the file, the same results.

onnxruntime widens the weights once while loading.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_SMALLEST = 1024
"""Elements; smaller tensors are not worth a node."""


def store_as_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the network whose large float32 weights are stored as float16."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _SMALLEST:
            continue
        wide = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{wide}.half"))
        casts.append(helper.make_node("Cast", [tensor.name], [wide], wide, to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
    return result


def widen(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the network whose float16 weights are float32 again, as quantisation needs them."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in list(graph.node):
        tensor = stored.get(node.input[0]) if node.op_type == "Cast" else None
        if tensor is not None and tensor.data_type == TensorProto.FLOAT16:
            values = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
            graph.node.remove(node)
    return result
