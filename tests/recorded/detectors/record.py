"""Records what independent implementations make of raw network outputs.

Run with the ``[export]`` extra and torchvision installed, from the top of the project::

    python tests/recorded/detectors/record.py

Networks are built from their architecture files with random weights (nothing is downloaded), and
their last layers scaled so that scores spread over 0..1.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from torchvision.models.detection import ssdlite320_mobilenet_v3_large
from torchvision.models.detection.image_list import ImageList
from ultralytics import YOLO
from ultralytics.utils.nms import non_max_suppression

FOLDER = Path(__file__).parent
MIN_SCORE = 0.3
MAX_IOU = 0.6


def wake(model: torch.nn.Module, image: torch.Tensor) -> None:
    """Scale the last layers of random weights so that scores differ from cell to cell."""

    def scale(layer: torch.nn.Conv2d, _: object, output: torch.Tensor) -> torch.Tensor:
        factor = 2.0 / output.std()
        layer.weight.data *= factor
        layer.bias.data = (layer.bias.data - output.mean()) * factor - 2.0
        return (output - output.mean()) * factor - 2.0

    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad():  # else random layers shrink every signal to nothing
        model.train()(torch.rand(8, *image.shape[1:]))
    head = model.model[-1]
    names = ("cv3", "one2one_cv3")
    layers = [branch[-1] for name in names for branch in getattr(head, name, None) or ()]
    hooks = [layer.register_forward_hook(scale) for layer in layers]
    with torch.no_grad():
        model.eval()(image)
    for hook in hooks:
        hook.remove()


def exported(architecture: str, size: tuple[int, int], **options: object) -> np.ndarray:
    """Export to ONNX and run on noise; gives the raw output."""
    torch.manual_seed(1)
    noise = np.random.default_rng(2).random((1, 3, size[1], size[0]), np.float32)
    model = YOLO(architecture)
    wake(model.model, torch.from_numpy(noise))
    with tempfile.TemporaryDirectory() as folder:
        model.model.pt_path = model.ckpt_path = str(Path(folder, "random.pt"))
        file = model.export(
            format="onnx", imgsz=(size[1], size[0]), simplify=False, verbose=False, **options
        )
        session = ort.InferenceSession(file)
    return session.run(None, {session.get_inputs()[0].name: noise})[0]


def record_yolo() -> None:
    """The usual head, suppressed by ultralytics."""
    raw = exported("yolov8n.yaml", (192, 128))
    kept = non_max_suppression(torch.from_numpy(raw), MIN_SCORE, MAX_IOU, classes=[0])[0]
    print("yolo", raw.shape, len(kept))
    np.savez_compressed(FOLDER / "yolo.npz", raw=raw, kept=kept.numpy())


def record_nms_free() -> None:
    """The one-to-one head, which ultralytics only filters."""
    raw = exported("yolo26n.yaml", (256, 160), nms=False)
    kept = non_max_suppression(torch.from_numpy(raw), MIN_SCORE, MAX_IOU)[0]
    print("nms-free", raw.shape, len(kept))
    np.savez_compressed(FOLDER / "yolo_nms_free.npz", raw=raw, kept=kept.numpy())


def record_ssd() -> None:
    """SSDLite of torchvision: raw heads, and the boxes that torchvision makes of them."""
    torch.manual_seed(1)
    model = ssdlite320_mobilenet_v3_large(
        weights=None, weights_backbone=None, score_thresh=MIN_SCORE, nms_thresh=MAX_IOU
    ).eval()
    with torch.no_grad():
        image = torch.rand(1, 3, 320, 320)
        features = list(model.backbone(image).values())
        anchors = model.anchor_generator(ImageList(image, [(320, 320)]), features)
        offsets = torch.randn(1, 3234, 4).half().float()
        logits = (2.0 * torch.randn(1, 3234, 3)).half().float()
        outputs = {"bbox_regression": offsets, "cls_logits": logits}
        (made,) = model.postprocess_detections(outputs, anchors, [(320, 320)])
    person = made["labels"] == 1
    print("ssd", int(person.sum()))
    np.savez_compressed(
        FOLDER / "ssd.npz",
        offsets=offsets.numpy().astype(np.float16),
        logits=logits.numpy().astype(np.float16),
        priors=anchors[0].numpy(),
        boxes=made["boxes"][person].numpy(),
        scores=made["scores"][person].numpy(),
    )


if __name__ == "__main__":
    record_yolo()
    record_nms_free()
    record_ssd()
