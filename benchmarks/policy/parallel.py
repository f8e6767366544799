"""How much parallel lanes lose against one queue for all: ``python -m benchmarks.policy.parallel``.

Shoppers choose the shortest queue, 15 % do not, and four in five who could move to an idle lane do.
"""

from __future__ import annotations

import numpy as np

from gateway.forecast.erlang import Demand, share_within
from gateway.forecast.lanes import parallel
from simulators.checkouts.demand import Floats, Month, StoreSize
from simulators.checkouts.queues import Staffing, simulate

SERVICE_S, SERVICE_CV = 75.0, 0.6
CALM = Staffing(walk_s=(0.0, 0.0), no_show=0.0, miss=0.0)
OPEN_S, LONG_S = 8 * 3600.0, 13 * 3600.0
SETTLE = 0.2
"""Share of a day until the queue has forgotten that it began empty."""


def waits(lanes: int, load: float, days: int, seed: int) -> Floats:
    """Give the waits at so many lanes, each of them busy for a share ``load`` of the time."""
    per_s = lanes * load / SERVICE_S
    rng = np.random.default_rng([seed, lanes])
    found = []
    for _ in range(days):
        count = int(per_s * LONG_S)
        joined = OPEN_S + np.cumsum(rng.exponential(1.0 / per_s, count))
        spread = np.log1p(SERVICE_CV**2)
        service = rng.lognormal(np.log(SERVICE_S) - spread / 2.0, np.sqrt(spread), count)
        size = StoreSize("steady", lanes, 0.0, service_s=SERVICE_S)
        month = Month(size, 1, joined, joined, service)
        wait_s = simulate(month, lambda _: lanes, staffing=CALM, seed=seed).wait_s
        found.append(wait_s[int(SETTLE * count) :])
    return np.concatenate(found)


def main() -> None:
    """Print the share that waits over two minutes: simulated, one queue for all, corrected."""
    print("lanes load simulated one-queue corrected")
    for lanes in (1, 2, 4, 8, 16):
        for load in (0.5, 0.7, 0.8, 0.9):
            demand = Demand(lanes * load / SERVICE_S, SERVICE_S, SERVICE_CV)
            late = float((waits(lanes, load, max(2, 24 // lanes), 1) > 120.0).mean())
            plain = 1.0 - share_within(lanes, demand, 120.0)
            corrected = 1.0 - share_within(lanes, parallel(lanes, demand), 120.0)
            print(f"{lanes:5d} {load:4.1f} {late:9.3f} {plain:9.3f} {corrected:9.3f}", flush=True)


if __name__ == "__main__":
    main()
