"""What follows from item events."""

from __future__ import annotations

import pytest

from edge_agent.config import ShelfSettings
from edge_agent.shelves.watch import SweepLimits, Watch
from messages.events import Interest, Misplaced, Picked, Placed, Returned, SweepSuspected

A, B = "06901234001006", "06901234001013"
SHELVES = [
    ShelfSettings.model_validate({"id": name, "facings": [{"gtin": gtin}]})
    for name, gtin in (("S1", A), ("S2", B))
] + [ShelfSettings(id="S3")]


def placed(gtin: str | None, shelf: str) -> Placed:
    return Placed(epc="30AA", gtin=gtin, shelf=shelf, confidence=0.9)


def picked(gtin: str, shelf: str = "S1") -> Picked:
    return Picked(epc="30AA", gtin=gtin, shelf=shelf, confidence=0.9)


def test_goods_on_a_shelf_of_other_goods_are_misplaced() -> None:
    watch = Watch(SHELVES)
    (event,) = watch.after([placed(A, "S2")], 0.0)
    assert isinstance(event, Misplaced)
    assert (event.shelf, event.gtin) == ("S2", A)


def test_goods_where_they_belong_or_belong_nowhere_are_not_misplaced() -> None:
    watch = Watch(SHELVES)
    unplanned = "06901234999992"
    for event in (placed(A, "S1"), placed(A, "S3"), placed(unplanned, "S1"), placed(None, "S1")):
        assert watch.after([event], 0.0) == []


@pytest.mark.parametrize(("away_s", "told"), [(2.0, 0), (40.0, 1), (7200.0, 0)])
def test_picked_and_put_back_is_interest_unless_at_once_or_much_later(
    away_s: float, told: int
) -> None:
    back = Returned(epc="30AA", gtin=A, shelf="S3", from_shelf="S1", confidence=0.9, away_s=away_s)
    follows = Watch(SHELVES).after([back], 0.0)
    assert len(follows) == told
    for event in follows:
        assert isinstance(event, Interest)
        assert (event.shelf, event.from_shelf, event.away_s) == ("S3", "S1", away_s)


def test_many_of_one_product_within_seconds_are_a_sweep_told_once() -> None:
    watch = Watch(SHELVES, SweepLimits(count=3, within_s=10.0))
    assert watch.after([picked(A)], 0.0) == []
    assert watch.after([picked(A), picked(A, "S2")], 4.0) == []
    (event,) = watch.after([picked(A)], 9.0)
    assert isinstance(event, SweepSuspected)
    assert (event.shelf, event.gtin, event.count, event.within_s) == ("S1", A, 3, 9.0)
    assert watch.after([picked(A)], 9.5) == []


def test_slow_sales_are_no_sweep() -> None:
    watch = Watch(SHELVES, SweepLimits(count=3, within_s=10.0))
    assert [watch.after([picked(A)], 6.0 * i) for i in range(10)] == [[]] * 10
