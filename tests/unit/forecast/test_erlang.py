"""Waiting times against an independent implementation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyworkforce.queuing import ErlangC

from gateway.forecast.erlang import (
    Demand,
    erlang_c,
    mean_wait_s,
    share_one_plus_one,
    share_within,
)


@pytest.mark.parametrize(
    ("per_hour", "service_s", "lanes"), [(60, 70, 2), (200, 80, 6), (20, 90, 1)]
)
def test_it_agrees_with_pyworkforce(per_hour: int, service_s: int, lanes: int) -> None:
    peer = ErlangC(transactions=per_hour, aht=service_s / 60, asa=2, interval=60, shrinkage=0.0)
    demand = Demand(per_hour / 3600, service_s)
    assert erlang_c(lanes, demand.load) == pytest.approx(peer.waiting_probability(lanes))
    assert share_within(lanes, demand, 120) == pytest.approx(peer.service_level(lanes))


def test_known_values() -> None:
    # M/M/1: the chance to wait is the load, the mean wait load / (1 - load) services.
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert mean_wait_s(1, Demand(0.8, 1.0)) == pytest.approx(4.0)
    # M/D/1 waits half as long (Pollaczek–Khinchine).
    assert mean_wait_s(1, Demand(0.8, 1.0, 0.0)) == pytest.approx(2.0)
    assert erlang_c(3, 0.0) == 0.0
    assert mean_wait_s(2, Demand(0.05, 60.0)) == math.inf


@given(st.integers(1, 40), st.floats(0.0, 39.0), st.floats(0.0, 600.0))
def test_more_lanes_never_serve_worse(lanes: int, load: float, wait_s: float) -> None:
    demand = Demand(load / 60.0, 60.0)
    for share in (
        lambda c: share_within(c, demand, wait_s),
        lambda c: share_one_plus_one(c, demand),
    ):
        fewer, more = share(lanes), share(lanes + 1)
        assert 0.0 <= fewer <= 1.0
        assert more >= fewer - 1e-12


@pytest.mark.parametrize(("servers", "load"), [(0, 1.0), (2, -0.1)])
def test_nonsense_is_refused(servers: int, load: float) -> None:
    with pytest.raises(ValueError, match="expected servers >= 1"):
        erlang_c(servers, load)
