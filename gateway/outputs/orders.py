"""The manager's word on lanes, brought to every device that sees the lane until each has it.

No input or output here: what is due is given, what was answered is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from gateway.state.heard import Heard
from gateway.state.lane_words import LaneWord
from gateway.state.view import StoreView
from messages.payloads import CommandResult

AGAIN_S = 5.0
"""A device that has not answered for so long is told again."""

VALID_S = 60.0
"""A device that gets a command later than this must not follow it: it is told anew."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that has not taken a word yet; ``error`` is what it answered, if anything."""

    device: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A word, and who has it.

    Attributes:
        confirmed: every device that sees the lane follows it, and there is one.
        waiting: devices that do not follow it yet.
    """

    word: LaneWord
    confirmed: bool
    waiting: tuple[Waiting, ...]


@dataclass(slots=True)
class _Told:
    """How far one device is with one word; a new boot of the device has forgotten it."""

    word: str
    boot: str
    last_s: float = float("-inf")
    taken: bool = False
    error: str | None = None


@dataclass(slots=True)
class Orders:
    """The words that stand, and how far each device is with them.

    What devices confirmed is not kept on disk: after a restart of the gateway each is told once
    more, under the same id, and answers without doing it again.
    """

    words: dict[str, LaneWord] = field(default_factory=dict)
    _told: dict[tuple[str, str], _Told] = field(default_factory=dict)

    def load(self, words: Iterable[LaneWord]) -> None:
        """Take the words from disk in place of those known."""
        self.words = {word.lane: word for word in words}

    def say(self, word: LaneWord) -> bool:
        """Take in a new word; False when it says what stands already."""
        known = self.words.get(word.lane)
        if known is not None and known.state is word.state:
            return False
        self.words[word.lane] = word
        return True

    def answered(self, heard: Heard) -> None:
        """Take in what a device answered."""
        if not isinstance(heard.payload, CommandResult):
            return
        for (device, _), told in self._told.items():
            if device != heard.device or told.word != heard.payload.command_id:
                continue
            # The answer of an earlier run says nothing of a device that has restarted since.
            if told.boot != heard.envelope.boot:
                continue
            told.taken = heard.payload.ok
            if heard.payload.error != told.error and heard.payload.error is not None:
                log.warning("a device refused an order", device=device, reason=heard.payload.error)
            told.error = heard.payload.error

    def due(self, view: StoreView) -> list[tuple[str, LaneWord]]:
        """Give which devices to tell which word now; they count as told."""
        due = []
        for word in self.words.values():
            for device in _devices(view, word.lane):
                told = self._of(view, device, word)
                late = not 0 <= view.now_s - told.last_s < AGAIN_S
                if not told.taken and late and view.devices[device].state not in _AWAY:
                    told.last_s = view.now_s
                    due.append((device, word))
        return due

    def standing(self, view: StoreView) -> tuple[Standing, ...]:
        """Give every word with who has it; a lane given back to its cameras is left out then."""
        found = []
        for word in self.words.values():
            devices = _devices(view, word.lane)
            told = [(device, self._of(view, device, word)) for device in devices]
            waiting = tuple(Waiting(d, one.error) for d, one in told if not one.taken)
            if word.state is not None or waiting:
                found.append(Standing(word, bool(devices) and not waiting, waiting))
        return tuple(found)

    def _of(self, view: StoreView, device: str, word: LaneWord) -> _Told:
        boot = view.devices[device].boot
        told = self._told.get((device, word.lane))
        if told is None or (told.word, told.boot) != (word.id, boot):
            told = self._told[device, word.lane] = _Told(word.id, boot)
        return told


_AWAY = {"lost", "stopped"}


def _devices(view: StoreView, lane: str) -> tuple[str, ...]:
    known = view.lanes.get(lane)
    return known.devices if known is not None else ()
