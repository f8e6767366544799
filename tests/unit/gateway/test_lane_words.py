"""The manager's word on a lane, until every device that sees the lane follows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.outputs.orders import AGAIN_S, Orders
from gateway.state.database import connect
from gateway.state.heard import Heard
from gateway.state.lane_words import LaneWord, load, write
from gateway.state.live import LiveState
from messages.fields import LaneState
from messages.payloads import CommandResult, QueueData, StatusData

Hear = Callable[..., Heard]
T = 1_769_832_000.0


class Store:
    """Orders, and devices that say what they are told to say."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self.live = LiveState(10.0, lanes=["1", "2"])
        self.orders = Orders()

    def device(self, name: str, at_s: float, *, boot: str = "b1", state: str = "online") -> None:
        status = StatusData.model_validate({"state": state})
        self.live.apply(self._hear(status, at_s, device=name, boot=boot))
        if state == "online":
            queue = QueueData(lane="1", waiting=0, served=0, open=LaneState.OPEN, confidence=0.9)
            self.live.apply(self._hear(queue, at_s, device=name, boot=boot))

    def say(self, state: LaneState | None, id_: str = "w1") -> bool:
        return self.orders.say(LaneWord("1", id_, state, "Li", T))

    def answer(self, device: str, id_: str = "w1", *, boot: str = "b1", ok: bool = True) -> None:
        result = CommandResult(command_id=id_, ok=ok, error=None if ok else "no")
        self.orders.answered(self._hear(result, T, device=device, boot=boot))

    def due(self, now_s: float) -> list[tuple[str, str]]:
        return [(d, word.id) for d, word in self.orders.due(self.live.view(now_s))]

    def confirmed(self, now_s: float) -> bool:
        (one,) = self.orders.standing(self.live.view(now_s))
        return one.confirmed


@pytest.fixture
def store(hear: Hear) -> Store:
    return Store(hear)


def test_every_device_of_the_lane_is_told_until_it_answers(store: Store) -> None:
    store.device("d1", T)
    store.device("d2", T)
    assert store.say(LaneState.CLOSED)
    assert store.due(T) == [("d1", "w1"), ("d2", "w1")]
    assert store.due(T + 1) == [], "a device gets time to answer"
    store.answer("d1")
    assert not store.confirmed(T + 1)
    assert store.due(T + AGAIN_S) == [("d2", "w1")]
    store.answer("d2")
    assert store.confirmed(T + AGAIN_S)
    assert store.due(T + 3 * AGAIN_S) == []


def test_the_same_word_again_changes_nothing(store: Store) -> None:
    assert store.say(LaneState.CLOSED)
    assert not store.say(LaneState.CLOSED, "w2")
    assert store.say(LaneState.OPEN, "w3")
    assert store.orders.words["1"].id == "w3"


def test_a_device_that_restarted_is_told_again(store: Store) -> None:
    store.device("d1", T)
    store.say(LaneState.CLOSED)
    store.due(T)
    store.answer("d1")
    assert store.confirmed(T)
    store.device("d1", T + 2, boot="b2")
    assert not store.confirmed(T + 2)
    assert store.due(T + 2) == [("d1", "w1")]
    store.answer("d1", boot="b1")
    assert not store.confirmed(T + 2), "the answer of the earlier run does not count"
    store.answer("d1", boot="b2")
    assert store.confirmed(T + 2)


def test_a_device_that_is_away_is_told_when_it_is_back(store: Store) -> None:
    store.device("d1", T)
    store.device("d1", T, state="lost")
    store.say(LaneState.CLOSED)
    assert store.due(T) == []
    assert not store.confirmed(T)
    store.device("d1", T + 1)
    assert store.due(T + 1) == [("d1", "w1")]


def test_a_lane_that_no_device_sees_is_never_confirmed(store: Store) -> None:
    store.say(LaneState.CLOSED)
    assert store.due(T) == []
    assert not store.confirmed(T)


def test_a_refusal_is_shown_and_tried_again(store: Store) -> None:
    store.device("d1", T)
    store.say(LaneState.CLOSED)
    store.due(T)
    store.answer("d1", ok=False)
    (one,) = store.orders.standing(store.live.view(T))
    assert [(w.device, w.error) for w in one.waiting] == [("d1", "no")]
    assert store.due(T + AGAIN_S) == [("d1", "w1")]


def test_a_lane_given_back_is_listed_only_until_its_devices_know(store: Store) -> None:
    store.device("d1", T)
    store.say(LaneState.CLOSED)
    store.say(None, "w2")
    assert store.due(T) == [("d1", "w2")]
    assert not store.confirmed(T)
    store.answer("d1", "w1")
    assert not store.confirmed(T), "an answer to the word before says nothing of this one"
    store.answer("d1", "w2")
    assert store.orders.standing(store.live.view(T)) == ()


def test_words_stand_in_the_database(tmp_path: Path) -> None:
    db: sqlite3.Connection = connect(tmp_path / "g.sqlite")
    first = LaneWord("1", "w1", LaneState.CLOSED, "Li", T)
    second = LaneWord("1", "w2", None, "Wang", T + 1)
    other = LaneWord("2", "w3", LaneState.CLOSING, "Li", T)
    write(db, [first, other])
    write(db, [second])
    assert load(db) == [second, other]
    db.close()
