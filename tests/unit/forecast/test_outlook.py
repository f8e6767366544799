"""Queues carried forward: beside theory, beside a simulation, and always a share."""

from __future__ import annotations

import ciw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.forecast.lanes import ServiceLevel
from gateway.forecast.outlook import BLOCK_S, Outlook


def test_a_long_outlook_becomes_theory() -> None:
    # One lane, so nothing is lost between parallel ones: M/M/1 with load .5 has .5 people waiting.
    outlook = Outlook(1, ServiceLevel("wait", 0.8, 120.0))
    blocks = 200
    course = outlook.course(0, 0, [1] * blocks, [0.5 / 60.0] * blocks, 60.0)
    assert course.waiting_s / (blocks * BLOCK_S) == pytest.approx(0.5, rel=0.1)
    # P(wait <= t) = 1 - load exp(-(1 - load) t / service)
    assert course.kept == pytest.approx(1.0 - 0.5 * np.exp(-1.0), abs=0.03)


def test_a_queue_that_is_there_drains_as_in_ciw() -> None:
    outlook, blocks = Outlook(3, ServiceLevel("wait", 0.8, 120.0)), 4
    course = outlook.course(3, 9, [3] * blocks, [2.0 / 60.0] * blocks, 60.0)
    runs = []
    for seed in range(120):
        ciw.seed(seed)
        network = ciw.create_network(
            arrival_distributions=[
                ciw.dists.Sequential([0.001] * 12 + [1e-6] + [1e9]),
            ],
            service_distributions=[ciw.dists.Exponential(1.0 / 60.0)],
            number_of_servers=[3],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(blocks * BLOCK_S)
        records = simulation.get_all_records()
        # Twelve are there at the start; ciw then runs without further arrivals.
        runs.append(sum(r.waiting_time for r in records))
    alone = outlook.course(3, 9, [3] * blocks, [0.0] * blocks, 60.0)
    assert alone.waiting_s == pytest.approx(float(np.mean(runs)), rel=0.15)
    assert course.waiting_s > alone.waiting_s


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["wait", "one_plus_one"]),
    st.integers(0, 6),
    st.integers(0, 60),
    st.integers(1, 5),
    st.floats(0.0, 0.5),
    st.floats(15.0, 300.0),
)
def test_more_lanes_never_serve_worse(
    kind: str, served: int, waiting: int, lanes: int, per_s: float, service_s: float
) -> None:
    level = ServiceLevel("wait" if kind == "wait" else "one_plus_one", 0.8, 120.0)
    outlook = Outlook(6, level)
    fewer, more = (
        outlook.course(served, waiting, [count] * 8, [per_s] * 8, service_s)
        for count in (lanes, lanes + 1)
    )
    assert 0.0 <= fewer.kept <= 1.0 + 1e-4
    if lanes > 1:  # from one lane to two, choosing a lane begins to cost something
        assert more.kept >= fewer.kept - 1e-3
        assert more.waiting_s <= fewer.waiting_s * (1 + 1e-3) + 1.0
