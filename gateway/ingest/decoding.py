"""Bytes of a device → a validated message, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError

from gateway.state.heard import Heard
from messages.envelope import MalformedMessageError, decode, first_error
from messages.events import EVENTS, EventData
from messages.fields import Payload
from messages.payloads import CommandResult, QueueData, StatusData, StockData, ZoneData
from messages.places import HeatData, LineData
from messages.topics import DeviceTopic, parse_device_topic

log = structlog.get_logger(__name__)

_STATES: dict[str, tuple[type[Payload], str | None]] = {
    "queue": (QueueData, "lane"),
    "zone": (ZoneData, "zone"),
    "line": (LineData, "line"),
    "heat": (HeatData, "camera"),
    "stock": (StockData, "shelf"),
    "status": (StatusData, None),
    "cmdres": (CommandResult, None),
}
"""Kind of topic → payload, and the field that repeats the topic's last level."""


@dataclass(slots=True)
class Decoder:
    """Validates messages; counts the bad ones and logs each device's first one until it is mended.

    Attributes:
        store: id of the store.
        refused: how many were refused since the start, by device.
    """

    store: str
    refused: dict[str, int] = field(default_factory=dict)
    _bad: set[tuple[str, str]] = field(default_factory=set)

    def decode(
        self, topic: str, payload: bytes, received_s: float, *, retained: bool = False
    ) -> Heard | None:
        """Give the validated message, None when it was refused."""
        place = parse_device_topic(topic, self.store)
        device = place.device if place is not None else "(unknown)"
        kind = place.kind if place is not None else "(unknown)"
        try:
            heard = _heard(place, payload, received_s, retained=retained)
        except MalformedMessageError as error:
            self.refused[device] = self.refused.get(device, 0) + 1
            if (device, kind) not in self._bad:
                self._bad.add((device, kind))
                log.warning("refused a message", device=device, topic=topic, reason=str(error))
            return None
        if (device, kind) in self._bad:
            self._bad.discard((device, kind))
            log.info("messages are sound again", device=device, topic=topic)
        return heard


def _heard(
    place: DeviceTopic | None, payload: bytes, received_s: float, *, retained: bool
) -> Heard:
    if place is None:
        raise MalformedMessageError(
            "topic: expected dev/{device}/{kind} with a name where it has one"
        )
    envelope = decode(payload)
    if envelope.source != place.device:
        raise MalformedMessageError(
            f"source: expected {place.device!r} as in the topic, found {envelope.source[:60]!r}"
        )
    model, field_name = _model(place, envelope.type)
    if issubclass(model, EventData) and envelope.seq is None:
        raise MalformedMessageError("seq: expected the number of the event, found nothing")
    try:
        data = model.model_validate(envelope.data)
    except ValidationError as error:
        raise MalformedMessageError(f"data.{first_error(error)}") from error
    if field_name is not None and getattr(data, field_name) != place.name:
        raise MalformedMessageError(
            f"data.{field_name}: expected {place.name!r} as in the topic,"
            f" found {getattr(data, field_name)!r}"
        )
    return Heard(place.device, envelope, data, received_s, retained)


def _model(place: DeviceTopic, kind: str) -> tuple[type[Payload], str | None]:
    if place.kind == "event":
        event = EVENTS.get(kind)
        if event is None:
            raise MalformedMessageError(f"type: expected one of {sorted(EVENTS)}, found {kind!r}")
        return event, None
    if place.kind not in _STATES:
        raise MalformedMessageError(
            f"topic: expected event or one of {sorted(_STATES)}, found {place.kind[:40]!r}"
        )
    model, field_name = _STATES[place.kind]
    if kind != model.type:
        raise MalformedMessageError(f"type: expected {model.type!r}, found {kind!r}")
    return model, field_name
