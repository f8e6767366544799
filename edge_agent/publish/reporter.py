"""Measures → messages: a state when it changes and at every beat, an event at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from edge_agent.clock import Clock
from edge_agent.config import CameraSettings, DwellZone, LineZone
from edge_agent.measures.heat import HeatMap
from edge_agent.measures.readings import Readings
from edge_agent.publish.line_counts import LineCounts
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from edge_agent.shelves.readings import ShelfReadings
from messages.events import EventData
from messages.fields import LaneState, Payload
from messages.payloads import QueueData, StatusData, StockData, ZoneData
from messages.places import HeatData, LineData
from messages.topics import Topics

HEAT_S = 60.0
"""Beat of the heat maps."""


class Reporter:
    """Publishes what the measures of one device say. Safe to use from several threads.

    Args:
        link: the line to the broker.
        outbox: where events wait.
        topics: topics of the store.
        device: id of the device.
        clock: the agent's clock.
        every_s: beat of states that do not change.
    """

    def __init__(
        self,
        link: Link,
        outbox: Outbox,
        topics: Topics,
        device: str,
        clock: Clock,
        every_s: float,
    ) -> None:
        self._link = link
        self._outbox = outbox
        self._topics = topics
        self._device = device
        self._clock = clock
        self._every_s = every_s
        self._since_s = clock.now_s()
        self._lines: dict[str, LineCounts] = {}
        self._heat_s: dict[str, float] = {}
        self._lock = threading.Lock()
        self._last: dict[str, tuple[float, tuple[object, ...]]] = {}

    def camera(self, camera: CameraSettings, readings: Readings, heat: HeatMap) -> None:
        """Publish the measures of one camera."""
        self._queues_and_zones(readings)
        self._line_counts(camera, readings)
        if not 0.0 <= readings.t_s - self._heat_s.get(camera.id, float("-inf")) < HEAT_S:
            self._heat_s[camera.id] = readings.t_s
            self._heat(camera, heat, readings.t_s)
        self._events(readings.events, readings.t_s)

    def blind(self, camera: CameraSettings, t_s: float) -> None:
        """Publish that nothing is known of what hangs on this camera."""
        lanes = {lane: unknown_lane(lane, camera.id) for lane in camera.lanes}
        zones = {
            zone.id: ZoneData(zone=zone.id, occupancy=None, camera=camera.id)
            for zone in camera.zones
            if isinstance(zone, DwellZone)
        }
        self._queues_and_zones(Readings(t_s, lanes, zones))
        for zone in camera.zones:
            if isinstance(zone, LineZone):
                data = LineData(line=zone.id, entered=None, left=None, camera=camera.id)
                self._state(self._topics.line(self._device, zone.id), data, t_s)

    def shelves(self, readings: ShelfReadings) -> None:
        """Publish stock and what happened on the shelves."""
        for shelf, stock in readings.stock.items():
            self._state(self._topics.stock(self._device, shelf), stock, readings.t_s)
        self._events(readings.events, readings.t_s)

    def status(self, status: StatusData, t_s: float) -> None:
        """Publish the state of the device."""
        self._state(self._topics.status(self._device), status, t_s)

    def _queues_and_zones(self, readings: Readings) -> None:
        for lane, queue in readings.lanes.items():
            self._state(self._topics.queue(self._device, lane), queue, readings.t_s)
        for zone, data in readings.zones.items():
            self._state(self._topics.zone(self._device, zone), data, readings.t_s)

    def _line_counts(self, camera: CameraSettings, readings: Readings) -> None:
        counts = self._lines.get(camera.id)
        if counts is None:
            lines = [zone.id for zone in camera.zones if isinstance(zone, LineZone)]
            counts = self._lines[camera.id] = LineCounts(lines, self._since_s)
        for line, (entered, left) in counts.take(readings).items():
            data = LineData(
                line=line,
                entered=entered,
                left=left,
                since=self._clock.utc(self._since_s),
                confidence=round(counts.watched, 3),
                camera=camera.id,
            )
            self._state(self._topics.line(self._device, line), data, readings.t_s)

    def _heat(self, camera: CameraSettings, heat: HeatMap, t_s: float) -> None:
        rows, columns = heat.seconds.shape
        data = HeatData(
            camera=camera.id,
            columns=columns,
            rows=rows,
            seconds=tuple(heat.seconds.round().astype(int).ravel().tolist()),
            since=self._clock.utc(self._since_s),
            places={
                zone.id: zone.points if isinstance(zone, LineZone) else zone.polygon
                for zone in camera.zones
            },
        )
        self._link.publish_state(self._topics.heat(self._device, camera.id), data, t_s)

    def _events(self, events: Sequence[EventData], t_s: float) -> None:
        if events:
            self._outbox.append(events, self._clock.utc(t_s))
            self._link.events_waiting()

    def _state(self, topic: str, data: Payload, t_s: float) -> None:
        shown = _shown(data)
        with self._lock:
            last_s, last = self._last.get(topic, (float("-inf"), ()))
            if shown == last and 0.0 <= t_s - last_s < self._every_s:
                return
            self._last[topic] = (t_s, shown)
        self._link.publish_state(topic, data, t_s)


def unknown_lane(lane: str, camera: str | None) -> QueueData:
    """Give the reading of a lane that cannot be seen."""
    return QueueData(
        lane=lane, waiting=None, served=None, open=LaneState.UNKNOWN, confidence=0.0, camera=camera
    )


def _shown(data: Payload) -> tuple[object, ...]:
    """Give what people see of a state: a change of it is published at once, the rest waits."""
    match data:
        case QueueData():
            return data.waiting, data.served, data.open
        case ZoneData():
            return (data.occupancy,)
        case LineData():
            return data.entered, data.left
        case StockData():
            return tuple((gtin, item.count) for gtin, item in data.items.items())
        case StatusData():
            sensors = [*data.cameras.items(), *data.readers.items()]
            return data.state, *((name, health.state) for name, health in sensors)
    return (data,)
