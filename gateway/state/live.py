"""What the devices said last, and how old it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from gateway.state.clocks import ClockOffset
from gateway.state.goods import Goods
from gateway.state.heard import Heard
from gateway.state.ratings import Ratings
from gateway.state.view import (
    DeviceState,
    DeviceView,
    LaneView,
    LineView,
    ShelfView,
    StockView,
    StoreView,
    ZoneView,
)
from messages.payloads import QueueData, StatusData, StockData, ZoneData
from messages.places import LineData

Data = TypeVar("Data", QueueData, StockData, ZoneData, LineData)


@dataclass(slots=True)
class _Device:
    heard_s: float
    clock: ClockOffset = field(default_factory=ClockOffset)
    status: StatusData = field(default_factory=lambda: StatusData(state="online"))
    boot: str = ""


@dataclass(frozen=True, slots=True)
class _Said(Generic[Data]):
    data: Data
    device: str
    true_s: float


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what of the things said can be believed at one moment."""

    now_s: float
    stale_after_s: float
    devices: Mapping[str, DeviceView]

    def blind(self, said: _Said[Data]) -> str | None:
        """Say why this is not known, None when it is."""
        device = self.devices[said.device]
        if device.state in {"lost", "stopped"}:
            return f"device {device.state}"
        return "stale" if self.age_s(said) > self.stale_after_s else None

    def age_s(self, said: _Said[Data]) -> float:
        return max(0.0, self.now_s - said.true_s)

    def sensor(self, said: _Said[Data], name: str | None, *, camera: bool) -> str:
        """Say which sensor is at fault when a fresh message itself holds no number."""
        device = self.devices[said.device]
        health = (device.cameras if camera else device.readers).get(name or "")
        return f"sensor {health.state}" if health is not None else "sensor"


class _Board(Generic[Data]):
    """The newest state of each lane (or shelf, or zone) from each device that reports it."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._said: dict[str, dict[str, _Said[Data]]] = {name: {} for name in ids}

    def keep(self, name: str, data: Data, heard: Heard) -> None:
        """Replace what this device said before; its messages come in order."""
        said: _Said[Data] = _Said(data, heard.device, heard.true_s)
        self._said.setdefault(name, {})[heard.device] = said

    def sources(self, name: str) -> tuple[str, ...]:
        """Give the devices that ever reported it."""
        return tuple(self._said[name])

    def all(self) -> Iterable[tuple[str, tuple[_Said[Data], ...]]]:
        """Give for each what every device said of it last."""
        return [(name, tuple(said.values())) for name, said in self._said.items()]

    def best(self, judge: _Judge) -> dict[str, _Said[Data] | None]:
        """Choose for each the fresh report that is surest, else the newest."""

        def rank(said: _Said[Data]) -> tuple[bool, float, float]:
            seen = judge.blind(said) is None
            return seen, said.data.confidence if seen else 0.0, said.true_s

        return {n: max(said.values(), key=rank, default=None) for n, said in self._said.items()}


class LiveState:
    """The newest state of each lane, shelf, zone and device; no clock inside.

    Where two devices report the same lane, shelf or zone, the fresh one that is surer wins.

    Args:
        stale_after_s: a state older than this is unknown.
        lanes, shelves, zones, lines: ids that are always listed, as unknown while nobody reports
            them.
    """

    def __init__(
        self,
        stale_after_s: float,
        *,
        lanes: Iterable[str] = (),
        shelves: Iterable[str] = (),
        zones: Iterable[str] = (),
        lines: Iterable[str] = (),
    ) -> None:
        self._stale_after_s = stale_after_s
        self._lanes: _Board[QueueData] = _Board(lanes)
        self._shelves: _Board[StockData] = _Board(shelves)
        self._zones: _Board[ZoneData] = _Board(zones)
        self._lines: _Board[LineData] = _Board(lines)
        self._devices: dict[str, _Device] = {}
        self._goods = Goods()
        self.screens: Mapping[str, bool] = {}
        self.ratings = Ratings()

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before."""
        self._goods.note(event)

    def apply(self, heard: Heard) -> None:
        """Take in one message."""
        device = self._devices.setdefault(heard.device, _Device(heard.true_s))
        if heard.retained:
            # What the broker had kept says only that the device lived when it was sent.
            device.heard_s = max(device.heard_s, heard.true_s)
        else:
            device.heard_s = heard.received_s
            if heard.envelope.seq is None and not isinstance(heard.payload, StatusData):
                # Neither events, which may have waited in an outbox, nor a last will, which was
                # written when the device connected, tell of its clock.
                device.clock.note(heard.envelope.time.timestamp(), heard.received_s)
        match heard.payload:
            case QueueData() as queue:
                self._lanes.keep(queue.lane, queue, heard)
            case StockData() as stock:
                self._shelves.keep(stock.shelf, stock, heard)
            case ZoneData() as zone:
                self._zones.keep(zone.zone, zone, heard)
            case LineData() as line:
                self._lines.keep(line.line, line, heard)
            case StatusData() as status:
                device.status = status
                # Only the status tells: events of an earlier run may still come.
                device.boot = heard.envelope.boot
            case _:
                pass

    def view(self, now_s: float) -> StoreView:
        """Give the store at ``now_s``; what is stale, or of a lost device, is unknown."""
        devices = {name: self._device(name, one, now_s) for name, one in self._devices.items()}
        judge = _Judge(now_s, self._stale_after_s, devices)
        return StoreView(
            now_s,
            {
                name: _lane(name, said, judge, self._lanes.sources(name))
                for name, said in self._lanes.best(judge).items()
            },
            {name: _shelf(name, said, judge) for name, said in self._shelves.best(judge).items()},
            {name: _zone(name, said, judge) for name, said in self._zones.best(judge).items()},
            devices,
            self._goods.misplaced,
            self._goods.sweeps,
            self.screens,
            self.ratings.recent(now_s),
            {name: _line(name, said, judge) for name, said in self._lines.all()},
        )

    def _device(self, name: str, device: _Device, now_s: float) -> DeviceView:
        status = device.status
        silent_s = max(0.0, now_s - device.heard_s)
        behind_s = device.clock.behind_s
        state: DeviceState = status.state
        if state == "online" and silent_s > self._stale_after_s:
            state = "silent"
        elif state == "online" and abs(behind_s or 0.0) > self._stale_after_s:
            state = "clock"
        return DeviceView(
            name,
            state,
            silent_s,
            behind_s,
            status.version,
            status.outbox,
            status.cameras,
            status.readers,
            device.boot,
        )


def _lane(
    lane: str, said: _Said[QueueData] | None, judge: _Judge, devices: tuple[str, ...]
) -> LaneView:
    if said is None:
        return LaneView(lane)
    data, age_s = said.data, judge.age_s(said)
    blind = judge.blind(said)
    if blind is None and data.waiting is None:
        blind = judge.sensor(said, data.camera, camera=True)
    if blind is not None:
        return LaneView(
            lane,
            age_s=age_s,
            device=said.device,
            camera=data.camera,
            blind=blind,
            devices=devices,
        )
    return LaneView(
        lane,
        data.open,
        data.waiting,
        data.served,
        data.wait_s,
        data.wait_p90_s,
        data.confidence,
        age_s,
        said.device,
        data.camera,
        None,
        data.score,
        devices,
    )


def _shelf(shelf: str, said: _Said[StockData] | None, judge: _Judge) -> ShelfView:
    if said is None:
        return ShelfView(shelf)
    data = said.data
    blind = judge.blind(said)
    if blind is None and data.items and all(i.count is None for i in data.items.values()):
        blind = judge.sensor(said, data.reader, camera=False)
    items = {
        gtin: StockView(
            gtin,
            item.count if blind is None else None,
            item.capacity,
            item.min,
            item.confidence if blind is None else 0.0,
            item.empty_in_s if blind is None else None,
            item.back or {},
            bool(item.size_gap) and blind is None,
        )
        for gtin, item in data.items.items()
    }
    return ShelfView(shelf, items, data.area, judge.age_s(said), said.device, data.reader, blind)


def _zone(zone: str, said: _Said[ZoneData] | None, judge: _Judge) -> ZoneView:
    if said is None:
        return ZoneView(zone)
    data, age_s = said.data, judge.age_s(said)
    blind = judge.blind(said)
    if blind is None and data.occupancy is None:
        blind = judge.sensor(said, data.camera, camera=True)
    if blind is not None:
        return ZoneView(zone, age_s=age_s, device=said.device, camera=data.camera, blind=blind)
    return ZoneView(
        zone,
        data.occupancy,
        data.dwell_p50_s,
        data.dwell_max_s,
        age_s,
        said.device,
        data.camera,
        None,
        dwell_p90_s=data.dwell_p90_s,
        visits=data.visits,
        passers=data.passers,
        attention=data.attention,
    )


def _line(line: str, all_said: tuple[_Said[LineData], ...], judge: _Judge) -> LineView:
    """Tell whether a line can be seen; where several devices see it, all of them have to."""
    view = LineView(line, devices=tuple(said.device for said in all_said))
    for said in all_said:
        blind = judge.blind(said)
        if blind is None and said.data.entered is None:
            blind = judge.sensor(said, said.data.camera, camera=True)
        view = replace(view, age_s=judge.age_s(said), camera=said.data.camera, blind=blind)
        if blind is not None:
            break
    return view
