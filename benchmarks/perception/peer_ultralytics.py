"""ultralytics: YOLO11n exported to ONNX at 640, predict and track; run by a Python that has it.

``python peer_ultralytics.py VIDEO FOLDER`` prints CPU milliseconds of each frame as JSON.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("YOLO_OFFLINE", "1")  # Nothing is downloaded, not even a newer version.

import cv2
import onnxruntime
import torch
from ultralytics import YOLO


def one_thread() -> None:
    """Hold everything to one thread: by itself its onnxruntime takes all and spins between."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    opened = onnxruntime.InferenceSession

    @functools.wraps(opened)
    def alone(path: str, sess_options: object = None, **options: object) -> object:
        settings = sess_options or onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        return opened(path, sess_options=settings, **options)

    onnxruntime.InferenceSession = alone


def exported(folder: Path) -> Path:
    """YOLO11n at 640, with trained weights where they lie beside, else random ones.

    The arithmetic is the same; without detections its suppression and tracker have less to do,
    which is in its favour.
    """
    target = folder / "yolo11n.onnx"
    if not target.exists():
        weights = folder / "yolo11n.pt"
        model = YOLO(str(weights) if weights.exists() else "yolo11n.yaml")
        model.model.pt_path = model.ckpt_path = str(folder / "yolo11n.pt")
        model.export(format="onnx", imgsz=640, simplify=False)
    return target


def measure(video: str, folder: Path) -> dict[str, list[float]]:
    """CPU milliseconds of each frame: decode, then predict and track."""
    one_thread()
    model = YOLO(str(exported(folder)), task="detect")
    capture = cv2.VideoCapture(video, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    parts: dict[str, list[float]] = {"decode": [], "predict and track": []}
    while True:
        start_s = time.process_time()
        there, image = capture.read()
        if not there:
            return parts
        decoded_s = time.process_time()
        model.track(image, persist=True, verbose=False, imgsz=640, device="cpu")
        parts["decode"].append(1000 * (decoded_s - start_s))
        parts["predict and track"].append(1000 * (time.process_time() - decoded_s))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
