"""Time to empty, missing sizes, and what lies in the back room."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves.demand import Demand
from edge_agent.shelves.sizes import HOLD_S, SizeWatch
from edge_agent.shelves.stock import Lying, StockTaker
from messages.events import Interest, Picked, Returned, SizeGap
from messages.payloads import StockData, StockItem

A, B = "06901234001006", "06901234001013"
STYLE = {"style": "J1", "colour": "red"}
SHELVES = [
    ShelfSettings.model_validate(
        {
            "id": "S1",
            "facings": [{"gtin": A, "size": "S", **STYLE}, {"gtin": B, "size": "M", **STYLE}],
        }
    ),
    ShelfSettings(id="B1", area="back"),
]
READER = ReaderSettings(id="r", source="llrp://127.0.0.1", antennas={1: "S1", 2: "B1"})


def test_the_rate_of_a_fast_seller_is_learned_and_that_of_others_follows_a_little() -> None:
    demand = Demand(SHELVES)
    before_s = demand.empty_in_s("S1", B, 6)
    assert before_s == pytest.approx(6 * 7200)
    for _ in range(6 * 60):
        demand.watched("S1", 60.0)
        for _ in range(1):
            demand.picked("S1", A)
    fast_s, slow_s = demand.empty_in_s("S1", A, 6), demand.empty_in_s("S1", B, 6)
    assert fast_s is not None
    assert slow_s is not None
    assert 6 * 60 < fast_s < 6 * 120
    assert fast_s < slow_s < before_s
    assert demand.empty_in_s("S1", A, None) is None
    assert demand.empty_in_s("S1", A, 0) == 0.0


def test_what_comes_back_was_not_sold() -> None:
    kept, lost = Demand(SHELVES), Demand(SHELVES)
    for demand in (kept, lost):
        demand.watched("S1", 3600.0)
        demand.picked("S1", A)
    kept.returned("S1", A)
    assert kept.rate_per_s("S1", A) < lost.rate_per_s("S1", A)
    assert kept.touched("S1", A) == (1, 1)


def stock(a: int | None, b: int | None, back: int = 0) -> dict[str, StockData]:
    return {
        "S1": StockData(shelf="S1", items={A: StockItem(count=a), B: StockItem(count=b)}),
        "B1": StockData(shelf="B1", area="back", items={A: StockItem(count=back)}),
    }


def test_a_size_is_missing_once_its_last_piece_has_stayed_away() -> None:
    watch = SizeWatch(SHELVES)
    assert watch.after(stock(1, 3), 0.0) == []
    assert watch.after(stock(0, 3), 1.0) == []
    assert watch.after(stock(1, 3), HOLD_S) == []
    assert watch.after(stock(0, 3, 4), HOLD_S + 1) == []
    (gap,) = watch.after(stock(0, 3, 4), 2 * HOLD_S + 1)
    assert gap == SizeGap(shelf="S1", gtin=A, style="J1", colour="red", size="S", back={"B1": 4})
    assert watch.after(stock(0, 3, 4), 2 * HOLD_S + 2) == []
    assert watch.open == {A}
    assert watch.after(stock(None, 3), 3 * HOLD_S) == []
    assert watch.open == frozenset()


def lying(shelf: list[int], gtin: list[str | None], *, back_known: bool = True) -> Lying:
    return Lying(
        shelf=np.array(shelf, np.int64),
        gtin=gtin,
        there=np.full(len(shelf), 0.99),
        readable={"S1": True, "B1": back_known},
    )


def test_the_stock_message_says_what_lies_in_the_back_room() -> None:
    taker = StockTaker([READER], SHELVES)
    items = taker.count(lying([0, 1, 1, 0], [B, A, A, None]), 10.0)["S1"].items
    assert (items[A].count, items[A].back) == (0, {"B1": 2})
    assert (items[B].count, items[B].back) == (1, {})
    unknown = taker.count(lying([0], [B], back_known=False), 11.0)["S1"].items
    assert unknown[A].back is None


def test_the_stock_message_counts_interest_and_forgets_mistakes() -> None:
    taker = StockTaker([READER], SHELVES)
    item = {"epc": "30AA", "gtin": A, "shelf": "S1", "confidence": 0.9}
    back = {**item, "from_shelf": "S1"}
    taker.note([Picked(**item), Picked(**item), Picked(**item)])
    taker.note([Returned(**back, away_s=2.0)])
    taker.note([Returned(**back, away_s=40.0), Interest(**back, away_s=40.0)])
    data = taker.count(lying([0], [A]), 10.0)["S1"].items[A]
    assert (data.picked, data.returned) == (2, 1)
    assert data.empty_in_s is not None
    assert data.size_gap is False
