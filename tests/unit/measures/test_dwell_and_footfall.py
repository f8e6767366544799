"""Visits to dwell zones, footfall, and the heat map."""

from __future__ import annotations

import numpy as np
import pytest

from edge_agent.config import DwellZone
from edge_agent.measures.dwell import DwellWatch, Inside
from edge_agent.measures.footfall import CLOSED_AFTER_S, Footfall
from edge_agent.measures.gait import Gait, Gaits
from edge_agent.measures.heat import COLUMNS, ROWS, HeatMap
from edge_agent.zones.presence import Crossing, Direction
from messages.events import Visit

ZONE = DwellZone.model_validate(
    {
        "id": "d", "kind": "dwell", "facing": (0.9, 0.5),
        "polygon": [(0.5, 0.2), (0.9, 0.2), (0.9, 0.8), (0.5, 0.8)],
    }
)  # fmt: skip


def stand(watch: DwellWatch, towards: float, for_s: float) -> Visit:
    """Walk two seconds to the right (1) or the left (-1), stand, and go."""
    gaits, t_s, x, since_s = Gaits(), 0.0, 0.6, 0.0
    visits: list[Visit] = []
    while t_s < for_s + 4.0:
        if t_s < 2.0:
            x += towards * 0.01
        feet, box = (x, 0.5), (x - 0.03, 0.2, x + 0.03, 0.5)
        (gait,) = gaits.update(
            np.array([1]), np.array([feet]), np.array([box]), np.array([True]), t_s
        )
        here = [] if t_s >= for_s else [Inside(1, since_s, feet, box, gait)]
        _, ended = watch.update(t_s, 0.125, here, 1.0)
        visits += ended
        t_s += 0.125
    (visit,) = visits
    return visit


def test_attention_is_standing_with_the_goods_ahead() -> None:
    facing = stand(DwellWatch(ZONE, "cam"), 1.0, 20.0)
    away = stand(DwellWatch(ZONE, "cam"), -1.0, 20.0)
    assert facing.dwell_s == pytest.approx(20.0, abs=0.3)
    assert facing.attention_s == pytest.approx(17.5, abs=1.0)
    assert away.attention_s == pytest.approx(0.0, abs=1.0)


def test_the_zone_tells_the_share_of_time_that_people_faced_the_goods() -> None:
    watch = DwellWatch(ZONE, "cam")
    first, second = stand(watch, 1.0, 20.0), stand(watch, -1.0, 30.0)
    reading, _ = watch.update(60.0, 0.125, [], 1.0)
    looked_s = (first.attention_s or 0.0) + (second.attention_s or 0.0)
    assert reading.attention == pytest.approx(looked_s / (first.dwell_s + second.dwell_s))
    assert watch.update(9000.0, 0.125, [], 1.0)[0].attention is None


def test_without_goods_attention_is_unknown() -> None:
    zone = ZONE.model_copy(update={"facing": None})
    assert stand(DwellWatch(zone, "cam"), 1.0, 20.0).attention_s is None


def test_quantiles_are_those_of_the_last_hour() -> None:
    watch = DwellWatch(ZONE, "cam")
    for i, dwell_s in enumerate((10.0, 20.0, 30.0)):
        for t_s in (100.0 * i, 100.0 * i + dwell_s):
            here = Inside(i, 100.0 * i, (0.6, 0.5), (0.5, 0.2, 0.6, 0.5), Gait())
            watch.update(t_s, 0.1, [here], 1.0)
        reading, _ = watch.update(100.0 * i + dwell_s + 2.0, 0.1, [], 1.0)
    assert (reading.dwell_p50_s, reading.visits, reading.dwell_max_s) == (20.0, 3, None)
    later, _ = watch.update(9000.0, 0.1, [], 1.0)
    assert (later.dwell_p50_s, later.visits) == (None, 3)


def cross(footfall: Footfall, come: int, gone: int, t_s: float) -> None:
    crossings = [Crossing("e", Direction.IN, i, t_s) for i in range(come)]
    crossings += [Crossing("e", Direction.OUT, i, t_s) for i in range(gone)]
    footfall.update(t_s, crossings)


def test_a_line_that_misses_leavers_learns_it_at_closing() -> None:
    footfall = Footfall(["e"])
    for day in range(6):
        cross(footfall, 500, 450, day * 86_400.0)
    assert (footfall.occupancy or 0) < 12
    assert footfall.update(5 * 86_400.0 + 1.0, []) == {"e": (3000, 2700)}


def test_a_night_without_anybody_empties_the_shop() -> None:
    footfall = Footfall(["e"])
    cross(footfall, 3, 0, 0.0)
    assert footfall.occupancy == 3
    cross(footfall, 0, 0, CLOSED_AFTER_S)
    assert footfall.occupancy == 0
    assert Footfall([]).occupancy is None


def test_more_leavers_than_comers_is_nobody_and_not_less() -> None:
    footfall = Footfall(["e"])
    cross(footfall, 1, 4, 0.0)
    assert footfall.occupancy == 0


def test_the_heat_map_counts_seconds_inside_the_picture_only() -> None:
    heat = HeatMap()
    heat.add(np.array([[0.5, 0.5], [0.5, 0.5], [1.0, 0.5], [-0.1, 0.2]]), 0.5)
    heat.add(np.empty((0, 2)), 0.5)
    assert heat.seconds[ROWS // 2, COLUMNS // 2] == 1.0
    assert heat.seconds.sum() == 1.0
