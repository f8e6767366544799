"""What a camera's measures become on the wire, over a real mosquitto."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import pytest

from configs.settings import MqttSettings
from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.measures.heat import COLUMNS, ROWS, HeatMap
from edge_agent.measures.readings import Readings
from edge_agent.publish.link import Link
from edge_agent.publish.outbox import Outbox
from edge_agent.publish.reporter import HEAT_S, Reporter
from messages.events import LineCrossing
from messages.payloads import StatusData
from messages.places import HeatData, LineData
from tests.unit.publish.conftest import NOON, TOPICS, Gateway

pytestmark = pytest.mark.mosquitto
NOON_S = NOON.timestamp()
CAMERA = CameraSettings.model_validate(
    {
        "id": "cam-1",
        "source": "video",
        "zones": [
            {"id": "door", "kind": "line", "points": [[0.1, 0.9], [0.9, 0.9]]},
            {"id": "tea", "kind": "dwell", "polygon": [[0.5, 0.2], [0.9, 0.2], [0.9, 0.8]]},
        ],
    }
)


@pytest.fixture
def report(broker: Any, gateway: Gateway, outbox: Outbox) -> Iterator[Reporter]:
    clock = Clock(lambda: 0.0, lambda: NOON_S)
    link = Link(MqttSettings(url=broker.url), TOPICS, "d", outbox, boot="b1", clock=clock).start()
    yield Reporter(link, outbox, TOPICS, "d", clock, 1.0)
    link.stop(StatusData(state="stopped"))


def readings(after_s: float, *ways: Literal["in", "out"]) -> Readings:
    crossings = tuple(LineCrossing(line="door", direction=way, person=1) for way in ways)
    # What the measures count includes who came while the camera could not be believed.
    return Readings(NOON_S + after_s, lines={"door": (99, 99)}, events=crossings)


def heard(gateway: Gateway, model: Callable[..., Any], topic: str) -> Any:
    return model(**gateway.state(topic).data)


def line_with(gateway: Gateway, entered: int | None) -> LineData:
    """Wait until the line tells so many."""
    while True:
        line = LineData(**gateway.state(TOPICS.line("d", "door")).data)
        if line.entered == entered:
            return line


def test_a_line_tells_its_events_since_when_and_how_much_was_watched(
    report: Reporter, gateway: Gateway, outbox: Outbox
) -> None:
    for after_s, ways in ((0.0, ["in"]), (2.0, []), (4.0, ["out", "in"]), (10.0, ["in"])):
        report.camera(CAMERA, readings(after_s, *ways), HeatMap())  # type: ignore[arg-type]  # a str each
    line = line_with(gateway, 3)
    assert (line.entered, line.left, line.since) == (3, 1, NOON)
    assert (line.confidence, line.camera) == (0.4, "cam-1")
    assert len(outbox) == 4


def test_a_line_that_cannot_be_seen_is_unknown_and_comes_back(
    report: Reporter, gateway: Gateway
) -> None:
    report.camera(CAMERA, readings(10.0, "in"), HeatMap())
    assert line_with(gateway, 1).left == 0
    report.blind(CAMERA, NOON_S + 13.0)
    assert line_with(gateway, None).confidence == 0.0
    report.camera(CAMERA, readings(20.0, "in"), HeatMap())
    assert line_with(gateway, 2).left == 0


def test_the_heat_map_comes_at_its_beat_with_the_outlines_of_the_zones(
    report: Reporter, gateway: Gateway
) -> None:
    heat = HeatMap()
    topic = TOPICS.heat("d", "cam-1")
    heat.add(np.array([[0.99, 0.01]]), 1.0)
    report.camera(CAMERA, readings(0.0), heat)
    first = heard(gateway, HeatData, topic)
    heat.add(np.array([[0.99, 0.01]]), HEAT_S)
    for after_s in (HEAT_S / 2, HEAT_S):  # the first of them is before the beat
        report.camera(CAMERA, readings(after_s), heat)
    later = heard(gateway, HeatData, topic)
    assert (first.columns, first.rows) == (COLUMNS, ROWS)
    assert (first.seconds[COLUMNS - 1], sum(first.seconds)) == (1, 1)
    assert (later.seconds[COLUMNS - 1], sum(later.seconds)) == (61, 61)
    assert first.places == {
        "door": ((0.1, 0.9), (0.9, 0.9)),
        "tea": ((0.5, 0.2), (0.9, 0.2), (0.9, 0.8)),
    }
