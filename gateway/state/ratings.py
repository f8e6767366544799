"""What shoppers thought of their visit, and which of it asks for an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Topic = Literal["checkout", "goods", "staff", "store"]

REMEMBER_S = 7 * 86400.0
"""A complaint is remembered for so long, answered or not."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One shopper's opinion.

    Attributes:
        id: made by whoever sends it, so that a repetition counts once.
        at_s: when the gateway got it.
        score: 1 (bad) to 5 (good).
        lane: where it was given, None away from the lanes.
        comment: what the shopper wrote, which may be nothing.
    """

    id: str
    at_s: float
    score: int
    topic: Topic = "store"
    lane: str | None = None
    comment: str = ""


class Ratings:
    """The ratings of the last days, in the order in which they came."""

    def __init__(self, known: Iterable[Rating] = ()) -> None:
        self._known = {rating.id: rating for rating in known}

    def note(self, rating: Rating) -> bool:
        """Take in a rating; give whether it is new."""
        if rating.id in self._known:
            return False
        self._known[rating.id] = rating
        return True

    def drop(self, rating: Rating) -> None:
        """Forget a rating that could not be written."""
        self._known.pop(rating.id, None)

    def recent(self, now_s: float) -> tuple[Rating, ...]:
        """Give those of the last days."""
        if any(now_s - rating.at_s > REMEMBER_S for rating in self._known.values()):
            self._known = {
                name: one for name, one in self._known.items() if now_s - one.at_s <= REMEMBER_S
            }
        return tuple(self._known.values())
