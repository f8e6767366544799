"""What those who are followed tell of a lane."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from edge_agent.measures import units
from edge_agent.measures.members import Member
from edge_agent.measures.steps import Step
from edge_agent.measures.till import Now


class Followed(NamedTuple):
    """A lane by those who are followed.

    Attributes:
        step: what happened.
        waiting, served: whose life is known, hidden ones too. Waits are worked out from these; the
            reading says who is seen now, which is sooner and would have a shopper who just stops
            wait for themselves.
        known_units: queue units of those of ``waiting`` who were not lost from sight.
        now: who waits and is served at this moment.
        members: everybody in the lane.
    """

    step: Step
    waiting: list[Member]
    served: list[Member]
    known_units: int
    now: Now
    members: Collection[Member]

    def in_units(self, heads: int) -> int:
        """How many queue units so many people make, when those known are alike."""
        if not self.waiting:
            return heads
        return round(heads * self.known_units / len(self.waiting))

    @property
    def share(self) -> float:
        """Queue units a head of those who wait now."""
        waiting = self.now.waiting
        return units.count(waiting) / len(waiting) if waiting else 1.0
