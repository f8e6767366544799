"""Where things stand: ground coordinates in metres, x to the right, y into the shop, z up.

Lanes run along y: customers come from large y, are served at the counter and leave towards
negative y. One lane looks like this from above (the tail of the queue is at the top):

    . . . . queue .     y = 2 … 10
    cashier | counter | service spot     y = 0 … 2
    ------------- front line -------------     y = -1
"""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[float, float]
Polygon = tuple[Point, ...]


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Corners of an upright rectangle."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of furniture: an upright box with a colour (BGR, 0..255) and what it is."""

    kind: str
    x0: float
    y0: float
    x1: float
    y1: float
    height: float
    colour: tuple[int, int, int]
    z0: float = 0.0


@dataclass(frozen=True, slots=True)
class LaneLayout:
    """Geometry of one checkout lane around its centre line ``x``."""

    lane: str
    x: float
    capacity_m: float = 8.4

    @property
    def service_spot(self) -> Point:
        """Where the customer stands who is being served."""
        return (self.x, 0.75)

    @property
    def head(self) -> Point:
        """Where the first one in the queue stands."""
        return (self.x, 1.95)

    @property
    def cashier_spot(self) -> Point:
        """Where the cashier stands, behind the counter."""
        return (self.x - 1.35, 0.8)

    @property
    def packer_spot(self) -> Point:
        """Where somebody stands who packs bags, at the end of the counter."""
        return (self.x - 1.0, -0.35)

    @property
    def queue(self) -> Polygon:
        """Where people wait."""
        return rectangle(self.x - 0.5, 1.5, self.x + 0.62, 1.5 + self.capacity_m)

    @property
    def service(self) -> Polygon:
        """Where people are served."""
        return rectangle(self.x - 0.5, 0.0, self.x + 0.62, 1.5)

    @property
    def staff(self) -> Polygon:
        """Where staff stand."""
        return rectangle(self.x - 1.75, -0.1, self.x - 0.98, 1.7)

    def spot(self, back_m: float) -> Point:
        """Give the place ``back_m`` behind the head of the queue."""
        return (self.x, self.head[1] + back_m)

    def furniture(self) -> tuple[Box, ...]:
        """The counter with its till."""
        x = self.x
        return (
            Box("counter", x - 0.98, 0.0, x - 0.5, 2.2, 0.92, (150, 152, 156)),
            Box("till", x - 0.92, 0.25, x - 0.7, 0.45, 1.22, (52, 50, 50), z0=0.92),
        )


@dataclass(frozen=True, slots=True)
class ShelfLayout:
    """One shelf of a rack; people stand before it at ``x`` = ``stand_x``."""

    shelf: str
    zone: str
    stand_x: float
    y0: float
    y1: float


@dataclass(frozen=True, slots=True)
class DwellLayout:
    """Floor before a rack; ``facing`` is the middle of the rack."""

    zone: str
    polygon: Polygon
    facing: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole floor that cameras see.

    Attributes:
        lanes: checkout lanes from left to right.
        shelves: shelves that people take goods from.
        zones: dwell zones.
        boxes: furniture besides the counters.
        passage_x: centre of the way in, right of the last lane.
        line_id: id of the front line.
        line: the front line, directed: people who go in cross it towards its left.
    """

    lanes: tuple[LaneLayout, ...]
    shelves: tuple[ShelfLayout, ...]
    zones: tuple[DwellLayout, ...]
    boxes: tuple[Box, ...]
    passage_x: float
    line_id: str
    line: tuple[Point, Point]
    furniture: tuple[Box, ...] = field(init=False)

    def __post_init__(self) -> None:
        counters = tuple(box for lane in self.lanes for box in lane.furniture())
        object.__setattr__(self, "furniture", (*self.boxes, *counters))

    @property
    def left(self) -> float:
        """X of the left end of what matters."""
        return self.lanes[0].x - 1.8

    def lane(self, lane: str) -> LaneLayout:
        """Find a lane.

        Raises:
            KeyError: there is none of that name.
        """
        for layout in self.lanes:
            if layout.lane == lane:
                return layout
        raise KeyError(lane)

    def shelf(self, shelf: str) -> ShelfLayout:
        """Find a shelf.

        Raises:
            KeyError: there is none of that name.
        """
        for layout in self.shelves:
            if layout.shelf == shelf:
                return layout
        raise KeyError(shelf)


ZONE_NAMES = ("cereals", "coffee", "snacks", "tea")
LANE_PITCH_M = 2.55
SHELF_M = 1.7
RACK_Y_M = 2.9


def shop(lanes: int = 2, shelves: int = 4) -> Layout:
    """Build a shop: ``lanes`` checkouts, an entrance beside them, and a rack with ``shelves``.

    Raises:
        ValueError: not 1 to 6 lanes or 0 to 4 shelves.
    """
    if not 1 <= lanes <= 6:
        raise ValueError(f"lanes: expected 1 to 6, found {lanes}")
    if not 0 <= shelves <= 4:
        raise ValueError(f"shelves: expected 0 to 4, found {shelves}")
    lane_layouts = tuple(LaneLayout(str(i + 1), -1.3 + LANE_PITCH_M * i) for i in range(lanes))
    passage_x = lane_layouts[-1].x + 1.7
    rack_x = passage_x + 1.55
    shelf_layouts = tuple(
        ShelfLayout(
            f"S{i + 1}",
            ZONE_NAMES[i // 2],
            rack_x - 0.45,
            RACK_Y_M + SHELF_M * i,
            RACK_Y_M + SHELF_M * (i + 1),
        )
        for i in range(shelves)
    )
    zones = tuple(
        _zone(name, shelf_layouts) for name in dict.fromkeys(s.zone for s in shelf_layouts)
    )
    rack_end = RACK_Y_M + SHELF_M * max(shelves, 1)
    boxes = (
        Box("rack", rack_x, RACK_Y_M, rack_x + 0.5, rack_end, 1.75, (128, 142, 152)),
        Box("rack", lane_layouts[0].x - 1.2, 13.2, rack_x - 0.6, 13.8, 2.1, (120, 138, 150)),
    )
    line = ((lane_layouts[0].x - 1.9, -1.0), (passage_x + 1.1, -1.0))
    return Layout(
        lane_layouts,
        shelf_layouts,
        zones,
        boxes if shelves else boxes[1:],
        passage_x,
        "entrance",
        line,
    )


def _zone(name: str, shelves: tuple[ShelfLayout, ...]) -> DwellLayout:
    own = [shelf for shelf in shelves if shelf.zone == name]
    x, y0, y1 = own[0].stand_x, own[0].y0, own[-1].y1
    return DwellLayout(name, rectangle(x - 0.55, y0, x + 0.4, y1), (x + 0.7, (y0 + y1) / 2))
