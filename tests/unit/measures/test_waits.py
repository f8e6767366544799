"""Waits: what is predicted from what is known, and how the band is held to its promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.measures.delays import LaneSight, delays
from edge_agent.measures.scoring import WaitScorer
from edge_agent.measures.service import ServiceTime, ServiceTimes
from edge_agent.measures.waits import WaitBlend

SERVICE = ServiceTime(median_s=40.0, sigma=0.5, change_s=2.0)


def test_an_idle_lane_has_no_wait() -> None:
    wait = WaitBlend().predict(delays(LaneSight(0, None), SERVICE))
    assert wait.p50_s == 0.0
    assert 0.0 < wait.p90_s < 10.0


@given(
    waiting=st.integers(0, 60),
    age_s=st.none() | st.floats(0, 3600),
    head_s=st.none() | st.floats(0, 3600),
    last_s=st.none() | st.floats(0, 3600),
)
def test_the_band_is_in_order_and_more_people_never_wait_less(
    waiting: int, age_s: float | None, head_s: float | None, last_s: float | None
) -> None:
    blend = WaitBlend()
    shorter = blend.predict(delays(LaneSight(waiting, age_s, head_s, last_s), SERVICE))
    longer = blend.predict(delays(LaneSight(waiting + 1, age_s, head_s, last_s), SERVICE))
    assert 0.0 <= shorter.p50_s <= shorter.p90_s
    assert longer.p50_s >= shorter.p50_s


@given(age_s=st.floats(0, 600))
def test_what_is_left_of_a_service_follows_its_distribution(age_s: float) -> None:
    times = 40.0 * np.exp(0.5 * np.random.default_rng(1).standard_normal(200_000))
    left = times[times > age_s] - age_s
    mean_s, variance = SERVICE.rest(age_s)
    assert mean_s > 0.0
    assert variance >= 0.0
    if len(left) > 20_000:
        assert mean_s == pytest.approx(left.mean(), rel=0.03)
        assert variance == pytest.approx(left.var(), rel=0.25)


def test_service_times_are_learned_by_lane_and_hour() -> None:
    rng = np.random.default_rng(2)
    times = ServiceTimes()
    assert times.of("1", 0.0).median_s == pytest.approx(45.0)
    for i in range(400):
        times.learn("1", i * 10.0, 30.0 * np.exp(0.4 * rng.standard_normal()))
        times.learn("2", i * 10.0, 90.0 * np.exp(0.4 * rng.standard_normal()))
        times.learn("1", 36_000.0 + i, 60.0 * np.exp(0.4 * rng.standard_normal()))
    assert times.of("2", 0.0).median_s == pytest.approx(90.0, rel=0.2)
    assert times.of("1", 0.0).median_s < 0.8 * times.of("1", 36_000.0).median_s
    assert times.of("9", 0.0).median_s == pytest.approx(55.0, rel=0.3)
    assert times.of("2", 0.0).sigma == pytest.approx(0.45, abs=0.2)


@pytest.mark.parametrize("service_s", [0.0, 1.9, 5000.0, float("nan")])
def test_what_cannot_be_a_service_teaches_nothing(service_s: float) -> None:
    times = ServiceTimes()
    before = times.of("1", 0.0)
    times.learn("1", 0.0, service_s)
    assert times.of("1", 0.0) == before


def test_the_p90_comes_to_cover_nine_of_ten_when_waits_are_wilder_than_thought() -> None:
    rng = np.random.default_rng(3)
    blend = WaitBlend()
    covered = []
    for _ in range(1500):
        waiting = int(rng.integers(0, 6))
        sight = LaneSight(waiting, float(rng.uniform(0, 40)))
        wait = blend.predict(delays(sight, SERVICE))
        real_s = 45.0 * (waiting + 0.5) * float(np.exp(0.8 * rng.standard_normal()))
        covered.append(real_s <= wait.p90_s)
        blend.learn(wait, real_s)
    assert np.mean(covered[300:]) == pytest.approx(0.9, abs=0.03)


def test_the_method_that_does_better_gets_the_say() -> None:
    rng = np.random.default_rng(4)
    blend = WaitBlend()
    for _ in range(300):
        # Services got three times as slow at once: the queue's delay knows, its length does not.
        real_s = float(rng.uniform(200, 400))
        sight = LaneSight(3, 10.0, head_wait_s=real_s + float(rng.normal(0, 10)))
        blend.learn(blend.predict(delays(sight, SERVICE)), real_s)
    for real_s in (220.0, 380.0):
        wait = blend.predict(delays(LaneSight(3, 10.0, head_wait_s=real_s), SERVICE))
        assert wait.p50_s == pytest.approx(real_s, rel=0.15)


def test_the_score_tells_error_bias_coverage_and_littles_law() -> None:
    scorer = WaitScorer()
    assert scorer.score().n == 0
    scorer.served(60.0, 100.0, 50.0)
    scorer.served(60.0, 100.0, 110.0)
    scorer.stood(2, 500.0)
    scorer.ended(900.0)
    score = scorer.score(waiting_s=50.0)
    assert (score.n, score.mae_s, score.bias_s, score.p90_coverage) == (2, 30.0, -20.0, 0.5)
    assert score.little_residual == pytest.approx(0.05)
