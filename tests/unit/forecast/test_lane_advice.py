"""The forecast learns the week and the shopping time; the advice looks ahead; queues are real."""

from __future__ import annotations

import ciw
import numpy as np
import pytest

from benchmarks.policy.parallel import waits
from gateway.forecast.advisor import LaneAdvisor
from gateway.forecast.arrivals import STEP_S, ArrivalForecast, Rate
from gateway.forecast.erlang import Demand, mean_wait_s, share_within
from gateway.forecast.lanes import Checkouts, ServiceLevel, lanes_needed, parallel
from gateway.forecast.service import ServiceTimes
from simulators.checkouts.demand import DAY_S, Month, StoreSize, month
from simulators.checkouts.queues import Staffing, simulate

SIZE = StoreSize("test", 8, 260.0)
EVERYBODY = Staffing(walk_s=(0.0, 0.0), no_show=0.0, miss=0.0, mistakes=0.0, jockey=1.0)


def local(t_s: float) -> tuple[int, float]:
    return int(t_s // DAY_S) % 7, t_s % DAY_S


@pytest.fixture(scope="module")
def learned() -> tuple[ArrivalForecast, Month]:
    """A forecast that has seen two weeks."""
    shoppers = month(SIZE, 15, seed=5)
    forecast = ArrivalForecast(local)
    seen = [(t, forecast.entered) for t in shoppers.entered_s]
    seen += [(t, forecast.joined) for t in shoppers.joined_s]
    for t_s, tell in sorted(seen, key=lambda item: item[0]):
        if t_s < 14 * DAY_S + 12 * 3600:
            tell(float(t_s))
    return forecast, shoppers


def test_it_learns_how_long_people_shop(learned: tuple[ArrivalForecast, Month]) -> None:
    shares = learned[0].shopping_time
    assert shares is not None
    mean_s = float(shares @ (np.arange(len(shares)) + 0.5)) * STEP_S
    assert mean_s == pytest.approx(SIZE.shop_s, rel=0.2)


def test_it_forecasts_half_an_hour_ahead(learned: tuple[ArrivalForecast, Month]) -> None:
    forecast, shoppers = learned
    now_s = 14 * DAY_S + 12 * 3600
    for ahead_s in (600.0, 1800.0):
        expected = forecast.forecast(now_s, ahead_s)
        came = np.searchsorted(shoppers.joined_s, (now_s + ahead_s, now_s + ahead_s + 900.0))
        assert expected.per_s == pytest.approx((came[1] - came[0]) / 900.0, rel=0.35)


def test_two_hours_of_data_and_a_day_without_anybody_are_enough_to_answer() -> None:
    forecast = ArrivalForecast(local)
    assert forecast.forecast(0.0, 900.0).per_s == 0.0
    for i in range(120):
        forecast.joined(i * 60.0)
    assert forecast.forecast(7200.0, 0.0).per_s == pytest.approx(1 / 60, rel=0.4)
    assert forecast.forecast(7200.0 + DAY_S, 0.0).per_s < 1 / 60


def test_clocks_back_and_a_week_off_are_survived() -> None:
    forecast = ArrivalForecast(local)
    forecast.joined(10_000.0)
    forecast.joined(5_000.0)
    forecast.joined(10_000.0 + 30 * DAY_S)
    assert forecast.forecast(10_000.0 + 30 * DAY_S, 900.0).per_s >= 0.0


@pytest.mark.parametrize("kind", ["wait", "one_plus_one"])
def test_more_arrivals_never_need_fewer_lanes(kind: str) -> None:
    level = ServiceLevel("wait" if kind == "wait" else "one_plus_one", 0.85)
    needs = [
        lanes_needed(level, Rate(per_h / 3600, 0.0), 75.0, 0.6, Checkouts(20))
        for per_h in range(0, 800, 20)
    ]
    assert needs == sorted(needs)
    assert needs[0] == 1


def test_a_backlog_asks_for_lanes_and_a_fresh_lane_stays() -> None:
    arrivals = ArrivalForecast(local)
    advisor = LaneAdvisor(ServiceLevel(), Checkouts(6), arrivals, ServiceTimes())
    assert advisor.advise(0.0, have=1, waiting=0).wanted == 1
    long = advisor.advise(30.0, have=1, waiting=14)
    assert long.wanted >= 3
    assert advisor.advise(60.0, have=3, waiting=0).wanted == 3, "just opened"
    assert advisor.advise(60.0 + 3600.0, have=3, waiting=0).wanted == 2, "one at a time"


def test_service_times_leave_the_prior_and_forget_nonsense() -> None:
    service = ServiceTimes(prior_s=70.0)
    for _ in range(300):
        service.served(40.0)
    service.served(-5.0)
    service.served(1e9)
    assert service.mean_s == pytest.approx(40.0, rel=0.05)
    assert service.cv < 0.3


def steady(per_s: float, service_s: float, count: int) -> Month:
    """Poisson arrivals and exponential services, all in one very long morning."""
    rng = np.random.default_rng(3)
    joined = 8 * 3600.0 + np.cumsum(rng.exponential(1 / per_s, count))
    size = StoreSize("steady", 3, 0.0, service_s=service_s)
    return Month(size, 1, joined, joined, rng.exponential(service_s, count))


def test_simulated_lanes_wait_as_long_as_theory_and_ciw_say() -> None:
    # Shoppers who change lanes at once make parallel lanes wait like one queue for all: M/M/c.
    demand = Demand(2.4 / 60.0, 60.0)
    ours = simulate(steady(demand.per_s, demand.service_s, 1100), lambda _: 3, staffing=EVERYBODY)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(demand.per_s)],
        service_distributions=[ciw.dists.Exponential(1 / demand.service_s)],
        number_of_servers=[3],
    )
    ciw.seed(3)
    peer = ciw.Simulation(network)
    peer.simulate_until_max_time(100_000.0)
    peer_wait_s = float(np.mean([r.waiting_time for r in peer.get_all_records()]))
    theory_s = mean_wait_s(3, demand)
    assert peer_wait_s == pytest.approx(theory_s, rel=0.25)
    assert float(np.mean(ours.wait_s[100:])) == pytest.approx(theory_s, rel=0.35)


@pytest.mark.parametrize("lanes", [4, 8])
def test_parallel_lanes_are_told_from_one_queue(lanes: int) -> None:
    demand = Demand(lanes * 0.8 / 75.0, 75.0, 0.6)
    late = float((waits(lanes, 0.8, 12, seed=2) > 120.0).mean())
    plain = 1.0 - share_within(lanes, demand, 120.0)
    corrected = 1.0 - share_within(lanes, parallel(lanes, demand), 120.0)
    assert abs(np.log(corrected / late)) < abs(np.log(plain / late))
    assert corrected == pytest.approx(late, rel=0.4)
