"""Recorded messages through the same state, rules and life of alerts as live, without a clock.

A recording has one JSON object a line, as ``mosquitto_sub -F %J`` and ``store-gateway record``
write it: ``{"tst": "2026-01-31T09:30:00.250Z", "topic": …, "retain": 0, "payload": {…}}``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from gateway.brain import Brain, Decisions
from gateway.config import GatewayConfig
from gateway.ingest.decoding import Decoder
from gateway.outputs.alerts import AlertBook
from gateway.rules.signage import LaneSign
from gateway.state.heard import Heard
from messages.events import EventData
from messages.payloads import LaneAdvice

TICK_S = 1.0
"""The store is judged at least this often, also while no message comes."""

_LONGEST_GAP_S = 6 * 3600.0


class RecordingError(ValueError):
    """A line that is no recorded message; the text names it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded message."""

    received_s: float
    topic: str
    payload: bytes
    retained: bool


def read(lines: Iterable[str]) -> Iterator[Recorded]:
    """Read a recording.

    Raises:
        RecordingError: a line does not fit.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            moment = datetime.fromisoformat(data["tst"])
            payload = data["payload"]
            text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
            yield Recorded(
                moment.timestamp(), str(data["topic"]), text.encode(), bool(data.get("retain", 0))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordingError(
                f"line {number}: expected tst, topic and payload of a message, found"
                f" {line.strip()[:60]!r} ({type(error).__name__}: {error})"
            ) from error


class Replay:
    """Runs a recording; gives what was decided as it is decided."""

    def __init__(self, config: GatewayConfig) -> None:
        self._brain = Brain(config, AlertBook(config.alerts))
        self._decoder = Decoder(config.store)
        self._seen: set[tuple[str, str, int | None]] = set()
        self._signs: dict[str, LaneSign] = {}
        self._advice: LaneAdvice | None = None
        self._counts: Counter[str] = Counter()
        self._judged_s: float | None = None

    def run(self, recording: Iterable[Recorded]) -> Iterator[dict[str, Any]]:
        """Give one object for each decision, and a summary at the end."""
        for message in recording:
            yield from self._tick_until(message.received_s)
            self._counts["messages"] += 1
            heard = self._decoder.decode(
                message.topic, message.payload, message.received_s, retained=message.retained
            )
            if heard is None:
                self._counts["refused"] += 1
                continue
            self._take(heard)
            # What an event says at once must not wait for the next tick.
            if isinstance(heard.payload, EventData):
                yield from self._judge(message.received_s)
        if self._judged_s is not None:
            yield from self._judge(self._judged_s + TICK_S)
        yield {"summary": dict(self._counts)}

    def _take(self, heard: Heard) -> None:
        self._brain.live.apply(heard)
        if isinstance(heard.payload, EventData):
            key = heard.device, heard.envelope.boot, heard.envelope.seq
            if key not in self._seen:
                self._seen.add(key)
                self._brain.note(heard)

    def _tick_until(self, now_s: float) -> Iterator[dict[str, Any]]:
        if self._judged_s is None or not 0 <= now_s - self._judged_s <= _LONGEST_GAP_S:
            self._judged_s = now_s  # the recording begins, or jumps
        while now_s - self._judged_s >= TICK_S:
            yield from self._judge(self._judged_s + TICK_S)

    def _judge(self, now_s: float) -> Iterator[dict[str, Any]]:
        self._judged_s = now_s
        decisions = self._brain.think(now_s)
        self._counts["judged"] += 1
        yield from self._alerts(decisions, now_s)
        for lane, sign in decisions.signs.items():
            if sign != self._signs.get(lane):
                self._signs[lane] = sign
                yield {"t_s": now_s, "sign": asdict(sign)}
        if decisions.advice != self._advice:
            self._advice = decisions.advice
            yield {"t_s": now_s, "advice": decisions.advice.model_dump(mode="json")}

    def _alerts(self, decisions: Decisions, now_s: float) -> Iterator[dict[str, Any]]:
        for change in decisions.changes:
            self._counts[change.what] += 1
            alert = change.alert.message().model_dump(mode="json", exclude={"raised", "changed"})
            yield {"t_s": now_s, "what": change.what, "alert": alert}
