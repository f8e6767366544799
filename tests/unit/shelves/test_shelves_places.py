"""Which shelf a tag lies on, with and without a calibration; the same EPC before two readers."""

from __future__ import annotations

import math

import numpy as np

from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves import Shelves
from edge_agent.shelves.calibration import Calibration, Heard, heard_of, loudest, newcomer
from edge_agent.shelves.places import Places
from edge_agent.shelves.rounds import Round
from hardware.interfaces import TagRead
from messages.events import ItemEvent
from simulators.shelf.field import epc_of

READERS = [
    ReaderSettings(id="a", source="llrp://127.0.0.1", antennas={1: "S1"}),
    ReaderSettings(id="b", source="llrp://127.0.0.1", antennas={1: "S2"}),
]
SHELVES = [ShelfSettings(id="S1"), ShelfSettings(id="S2")]


def test_calibration_tells_shelves_apart_that_one_antenna_hears_best() -> None:
    """Antenna 0 is much stronger: it hears a tag on shelf 1 as well as antenna 1 does."""
    calibration = Calibration(
        tag="30AA",
        shelves={
            "S1": {"a/1": Heard(reads_per_s=5, rssi_dbm=-50), "b/1": Heard(reads_per_s=0.1)},
            "S2": {
                "a/1": Heard(reads_per_s=4, rssi_dbm=-60),
                "b/1": Heard(reads_per_s=4, rssi_dbm=-62),
            },
        },
    )
    measured = calibration.shares(["S1", "S2"], [("a", 1), ("b", 1)])
    places = [Places([0, 1], 0.2, shares) for shares in (None, measured)]
    for step in range(100):
        heard = Round(step * 0.2, np.array([0, 0]), np.array([0, 1]), np.array([-60.0, -62.0]))
        for one in places:
            one.resize(1)
            one.step(heard)
    assumed, told = (one.posterior(np.array([0]))[0] for one in places)
    assert assumed[0] > 0.5
    assert told[1] > 0.99


def test_a_shelf_that_was_not_measured_keeps_the_default() -> None:
    calibration = Calibration(tag="30AA", shelves={"S1": {"a/1": Heard(reads_per_s=5)}})
    shares = calibration.shares(["S1", "S2"], [("a", 1), ("b", 1)])
    assert shares[0].tolist() == [1.0, 0.0]
    assert np.isnan(shares[1]).all()
    default, mixed = Places([0, 1], 0.2), Places([0, 1], 0.2, shares)
    assert mixed.usual[1].tolist() == default.usual[1].tolist()


def test_what_was_heard_of_the_tag_is_summed_up() -> None:
    reads = [
        TagRead(0.0, "a", 1, "30AA", -50.0, 3),
        TagRead(0.1, "a", 1, "30AA", -54.0),
        TagRead(0.1, "b", 1, "30AA", math.nan),
        TagRead(0.1, "b", 1, "30BB", -40.0, 9),
    ]
    heard = heard_of("30AA", reads, 2.0)
    assert heard == {
        "a/1": Heard(reads_per_s=2.0, rssi_dbm=-52.0),
        "b/1": Heard(reads_per_s=0.5),
    }
    assert loudest(heard) == "a/1"
    assert newcomer(reads, {"30BB"}) == "30AA"
    assert newcomer(reads, {"30AA", "30BB"}) is None


def test_the_same_epc_before_two_readers_is_counted_once_and_named() -> None:
    shelves = Shelves(READERS, SHELVES)
    rng = np.random.default_rng(4)
    goods = [(f"{'ab'[i % 2]}", epc_of(0, i)) for i in range(12)]
    copied = epc_of(0, 99)
    events = []
    for step in range(500):
        t_s = step * 0.2
        lying = [*goods, ("a", copied), ("b", copied)]
        shelves.feed(
            TagRead(t_s, reader, 1, epc, float(rng.normal(-55, 2)))
            for reader, epc in lying
            if rng.random() < 0.7
        )
        events += shelves.advance(t_s).events
    assert [e for e in events if isinstance(e, ItemEvent)] == []
    assert shelves.counters["duplicate_epc"] == 1
    stock = shelves.advance(100.0).stock
    counts = [sum(i.count or 0 for i in data.items.values()) for data in stock.values()]
    assert sorted(counts) == [6, 7]
