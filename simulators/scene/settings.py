"""How a simulated shop behaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulators.scene.layout import Layout, shop

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class LaneChange:
    """A lane opens, or closes after those who wait have been served."""

    t_s: float
    lane: str
    open: bool


@dataclass(frozen=True, slots=True)
class SceneSettings:
    """How a simulated shop behaves.

    Attributes:
        layout: where things stand.
        arrivals_per_hour: units that come in, for each hour from the start; the last one holds on.
        passers_per_hour: people who only cross the checkout area.
        open_lanes: lanes open at the start.
        lane_changes: what opens and closes later.
        packers: lanes with somebody who packs bags.
        group_sizes: chance of one, two and three people in a unit.
        gap_m: (least, most) distance from one unit to the next in a queue.
        aside_m: how far units stand from the middle of the lane, at most.
        carts: chance that a unit pushes a cart.
        items_mean: mean number of goods of a basket.
        service_base_s, service_item_s: time at the counter without goods, and for each.
        service_sigma: spread of the logarithm of the service time.
        shop_s: mean time out of sight of the cameras, among the other shelves.
        dwell_s: median time at one shelf.
        browse_only: share of units that buy nothing.
        mistakes: share of units that do not take the shortest open lane.
        patience_s: mean time until a unit gives up.
        tolerance: (lowest, highest) length of a queue that somebody still joins.
        jockeying: chance to change to a lane that is shorter by two, each time one is seen.
        pick: chance that somebody at a shelf takes an item.
        restock_s: a shelf with few items left is filled again after so long; None: never.
    """

    layout: Layout = field(default_factory=shop)
    arrivals_per_hour: tuple[float, ...] = (90.0,)
    passers_per_hour: float = 30.0
    open_lanes: tuple[str, ...] = ("1",)
    lane_changes: tuple[LaneChange, ...] = ()
    packers: tuple[str, ...] = ()
    group_sizes: tuple[float, float, float] = (0.75, 0.19, 0.06)
    gap_m: tuple[float, float] = (0.62, 0.9)
    aside_m: float = 0.0
    carts: float = 0.2
    items_mean: float = 8.0
    service_base_s: float = 15.0
    service_item_s: float = 3.0
    service_sigma: float = 0.35
    shop_s: float = 150.0
    dwell_s: float = 14.0
    browse_only: float = 0.08
    mistakes: float = 0.15
    patience_s: float = 900.0
    tolerance: tuple[int, int] = (5, 9)
    jockeying: float = 0.6
    pick: float = 0.5
    restock_s: float | None = None

    def __post_init__(self) -> None:
        lanes = {lane.lane for lane in self.layout.lanes}
        named = {*self.open_lanes, *self.packers, *(change.lane for change in self.lane_changes)}
        if unknown := sorted(named - lanes):
            raise ValueError(f"lanes: expected some of {sorted(lanes)}, found {unknown}")
        if not self.arrivals_per_hour or min(*self.arrivals_per_hour, self.passers_per_hour) < 0:
            raise ValueError(
                f"arrivals_per_hour: expected rates of 0 or more, found {self.arrivals_per_hour}"
            )

    def arrivals_at(self, t_s: float) -> float:
        """Units that come in an hour at ``t_s``."""
        hour = min(int(t_s // HOUR_S), len(self.arrivals_per_hour) - 1)
        return self.arrivals_per_hour[hour]


def quiet(lanes: int = 2, open_lanes: tuple[str, ...] = ("1",)) -> SceneSettings:
    """Nobody comes by themselves: a stage for scripted scenes."""
    return SceneSettings(
        layout=shop(lanes), arrivals_per_hour=(0.0,), passers_per_hour=0.0, open_lanes=open_lanes
    )


def busy(lanes: int = 2) -> SceneSettings:
    """A shop under load with every lane open; queues of up to seven."""
    return SceneSettings(
        layout=shop(lanes),
        arrivals_per_hour=(84.0 * lanes,),
        open_lanes=tuple(str(i + 1) for i in range(lanes)),
        shop_s=40.0,
        restock_s=300.0,
    )


def orderly(lanes: int = 2) -> SceneSettings:
    """A shop where people keep a step and a half and few come together, as in a supermarket."""
    return replace(
        busy(lanes),
        arrivals_per_hour=(115.0 * lanes,),
        group_sizes=(0.92, 0.08, 0.0),
        gap_m=(0.8, 1.1),
        aside_m=0.15,
    )


def rush(lanes: int = 2) -> SceneSettings:
    """More shoppers than the lanes can serve: long queues, and people who turn away."""
    return replace(busy(lanes), arrivals_per_hour=(110.0 * lanes,))


def day() -> SceneSettings:
    """Twelve hours from eight o'clock: a lunch peak, an evening peak, lanes that open and close."""
    changes = (
        (2.7, "2", True),
        (3.8, "3", True),
        (5.4, "3", False),
        (6.8, "2", False),
        (8.5, "2", True),
        (9.2, "3", True),
        (11.0, "3", False),
        (11.5, "2", False),
    )
    return SceneSettings(
        layout=shop(3),
        restock_s=1200.0,
        arrivals_per_hour=(45, 62, 78, 130, 235, 180, 90, 72, 95, 185, 205, 85, 45),
        open_lanes=("1",),
        lane_changes=tuple(
            LaneChange(hour * HOUR_S, lane, is_open) for hour, lane, is_open in changes
        ),
    )
