"""Which operations of a detector should stay float."""

from __future__ import annotations

import onnx


def heads(model: onnx.ModelProto) -> list[str]:
    """Names of the last weighted operations of each branch, and of all operations behind them.

    They hold raw scores beside raw coordinates, which 8 bits cannot both tell apart, and they cost
    next to nothing. A convolution to one channel does not count as one: it is the expectation over
    a distribution of distances.
    """
    graph = model.graph
    lengths = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    ahead: dict[str, bool] = {}  # value → a convolution reads it, or something made of it
    names = []
    for node in reversed(graph.node):
        leads_on = any(ahead.get(name, False) for name in node.output)
        weighted = node.op_type == "Conv" or (node.op_type == "MatMul" and node.input[1] in lengths)
        wide = weighted and lengths.get(node.input[1], [0])[0] != 1
        for name in node.input:
            ahead[name] = ahead.get(name, False) or wide or leads_on
        if not leads_on:
            names.append(node.name)
    return names
