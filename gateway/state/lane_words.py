"""The manager's word on each lane: it stands until the next one, also through restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from messages.fields import LaneState


@dataclass(frozen=True, slots=True)
class LaneWord:
    """What a manager said last of a lane.

    Attributes:
        id: id of the command that tells devices, the same in every repetition.
        state: open, closing or closed; None lets the camera speak again.
        who: who said it.
        said_s: when, seconds since 1970.
    """

    lane: str
    id: str
    state: LaneState | None
    who: str
    said_s: float


def load(db: sqlite3.Connection) -> list[LaneWord]:
    """Read the words that stand."""
    rows = db.execute("SELECT lane, id, state, who, said_s FROM lane_word ORDER BY lane")
    return [
        LaneWord(lane, id_, None if state is None else LaneState(state), who, said_s)
        for lane, id_, state, who, said_s in rows
    ]


def write(db: sqlite3.Connection, words: Iterable[LaneWord]) -> None:
    """Write words over those before; the caller holds the transaction."""
    db.executemany(
        "INSERT OR REPLACE INTO lane_word (lane, id, state, who, said_s) VALUES (?, ?, ?, ?, ?)",
        [(w.lane, w.id, w.state, w.who, w.said_s) for w in words],
    )
