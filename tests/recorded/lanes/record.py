"""Records what torch makes of looks at a lane.

Run with the ``[export]`` extra installed, from the top of the project::

    PYTHONPATH=. python tests/recorded/lanes/record.py

The network is a small one with random weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from benchmarks.lanes.network import Network, School, together

FOLDER = Path(__file__).parent
INPUTS = 3


def main() -> None:
    rng = np.random.default_rng(11)
    # Now and then a look is late.
    t_s = np.cumsum(rng.choice([0.25, 0.25, 0.5, 3.0], 12)).astype(np.float32)
    looks = (2.0 * rng.normal(size=(12, INPUTS))).astype(np.float32)
    network = Network(School(0), INPUTS, read=5, state=4, tell=6).eval()
    network.mean, network.spread = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.5, 1.0, 2.0])
    with torch.no_grad():
        told = network(*(torch.from_numpy(part)[None] for part in (looks, t_s)))[0]
    case = {
        "looks": looks.round(4).tolist(),
        "t_s": t_s.tolist(),
        "told": told.double().numpy().round(5).tolist(),
    }
    content = json.dumps(together([network])) + "\n"
    (FOLDER / "network.json").write_text(content, encoding="utf-8")
    (FOLDER / "said.json").write_text(json.dumps(case) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
