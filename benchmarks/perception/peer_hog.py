"""OpenCV's HOG people detector; run by a Python whose OpenCV (4.x) still has it.

``python peer_hog.py VIDEO`` prints CPU milliseconds of each frame as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import cv2

SCALE = 0.6
"""Of the 720p picture: people of the street then are as tall as HOG was trained on."""
FRAMES = 20


def measure(video: str) -> dict[str, list[float]]:
    """CPU milliseconds of each frame: decode, then detect."""
    cv2.setNumThreads(1)
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    capture = cv2.VideoCapture(video)
    parts: dict[str, list[float]] = {"decode": [], "detect": []}
    for _ in range(FRAMES):
        start_s = time.process_time()
        there, image = capture.read()
        if not there:
            break
        decoded_s = time.process_time()
        small = cv2.resize(image, None, fx=SCALE, fy=SCALE)
        hog.detectMultiScale(small, winStride=(8, 8), scale=1.05)
        parts["decode"].append(1000 * (decoded_s - start_s))
        parts["detect"].append(1000 * (time.process_time() - decoded_s))
    return parts


if __name__ == "__main__":
    json.dump(measure(sys.argv[1]), sys.stdout)
