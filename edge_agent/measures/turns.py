"""Whose turn it is at a till: one party after the other, and which tracks are the same party.

While a shopper is served, tracks come and go at the till, and with them people who seem to be
served next. But when the turn is another's, the queue is shorter by those who stepped up, or the
one before was seen to walk away past the till. What comes with neither is the same shopper.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from edge_agent.measures.members import Member

SHORTER = 0.5
"""A queue that lost somebody is shorter by more than this."""
LEAST_S = 5.0
"""A turn is no shorter."""
FREE_S = 3.0
"""A till at which nobody is seen for so long after a service is free."""
PAST = -0.1
"""Place along the lane from which somebody is past the till."""


class Turn(NamedTuple):
    """A party at the till.

    Attributes:
        first: who pays, as far as known.
        end_s: when it seemed to be over; NaN while it goes on.
        left: whether the shopper was seen to walk away past the till.
    """

    first: Member
    end_s: float = math.nan
    left: bool = False


class Turns:
    """The turns of one till."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget who is there."""
        self._turn: Turn | None = None
        self._busy_s = math.nan

    def ended(self, member: Member) -> None:
        """Note that a service seems to have ended."""
        turn = self._turn
        if turn is not None and member.end_s > turn.first.service_s:
            past = member.place <= PAST
            self._turn = turn._replace(end_s=member.end_s, left=turn.left or past)

    def begins(self, member: Member, shorter_by: float) -> bool:
        """Whether it is another party's turn with somebody whose service seems to have begun.

        Args:
            member: who steps up.
            shorter_by: how much shorter the queue has become by that; NaN where not known.
        """
        turn = self._turn
        if turn is None:
            return True
        if member.service_s - turn.first.service_s < LEAST_S:
            return False
        if turn.left or not shorter_by <= SHORTER:
            return True
        # It is the same shopper, whose service goes on.
        self._turn = Turn(turn.first)
        return False

    def begin(self, member: Member) -> Turn | None:
        """Let the turn of a party begin; give the one before."""
        before, self._turn = self._turn, Turn(member)
        return before

    def over(self, t_s: float, *, busy: bool) -> Turn | None:
        """Give the turn that is over because the till is free.

        Args:
            t_s: time of the frame.
            busy: whether anybody is at the till.
        """
        if busy or math.isnan(self._busy_s):
            self._busy_s = t_s
        turn = self._turn
        if turn is None or t_s - self._busy_s < FREE_S:
            return None
        self._turn = None
        # Whose end nobody saw was there until the till was seen to be free.
        return turn._replace(end_s=self._busy_s) if math.isnan(turn.end_s) else turn
