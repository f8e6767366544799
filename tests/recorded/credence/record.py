"""Records what torch makes of detections that look at each other.

Run with the ``[export]`` extra installed, from the top of the project::

    PYTHONPATH=. python tests/recorded/credence/record.py

The network is a small one with random weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from benchmarks.credence.network import Network
from edge_agent.perception.credence import describe

FOLDER = Path(__file__).parent
TALL_PX = 200.0


def main() -> None:
    rng = np.random.default_rng(11)
    # A crowd, and somebody far away.
    places = np.concatenate([rng.uniform(0.0, 300.0, (9, 2)), [[900.0, 900.0]]])
    boxes = np.hstack([places, places + rng.uniform(40.0, 250.0, (10, 2))]).astype(np.float32)
    scores = rng.uniform(0.1, 0.9, 10).astype(np.float32)
    found = describe(boxes, scores, 3.0 * scores, np.full(10, TALL_PX, np.float32), 0.5)
    network = Network(wide=4)
    with torch.no_grad():
        odds = network(*(torch.from_numpy(part) for part in found))
    network.write(FOLDER / "network.json", "some-family")
    case = {name: getattr(found, name).round(5).tolist() for name in found._fields}
    case["odds"] = odds.double().numpy().round(5).tolist()
    (FOLDER / "odds.json").write_text(json.dumps(case) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
