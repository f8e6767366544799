"""Who is at the till now.

The life of a queue is told in events, which need some seconds to be sure. Who stands in the
place of service now is simpler, and is read at once: whoever is there, works not there, and
does not walk away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from edge_agent.measures.gait import metres_between
from edge_agent.measures.lanes import Role
from edge_agent.measures.members import Member, Stage

WALKS_OFF_M = 0.3
"""Who moves so far from where it stood at the till is not served any more."""
PASSING_S = 0.25
"""Somebody unknown counts after so long."""
STANDS_AGAIN_S = 0.5
"""Whose service has ended and who stands there for so long: the track carries the next one."""


def served(members: Iterable[Member], t_s: float) -> list[Member]:
    """People of the party at the till.

    A till serves one party at a time; who else is there stands there because somebody just
    leaves, or is a second box.
    """
    there = [m for m in members if _is_there(m, t_s)]
    if not there:
        return []
    first = min(there, key=lambda m: (m.stage != Stage.SERVED, -m.seen_s, _since_s(m)))
    # Of company that is not seen beside the payer, nobody knows whether it ever was a second one.
    party = [m for m in there if m.unit == first.unit and m.seen_s >= t_s]
    return party or [first]


def _since_s(member: Member) -> float:
    return member.service_s if member.stage == Stage.SERVED else member.role_since_s


def _is_there(member: Member, t_s: float) -> bool:
    if member.role != Role.SERVICE or not member.counts:
        return False
    if member.stage == Stage.SERVED:
        return not _walks_off(member)
    if member.stage == Stage.DONE:
        return member.standing_s(t_s) >= STANDS_AGAIN_S
    if member.stage == Stage.ARRIVING:
        return t_s - member.role_since_s >= PASSING_S
    return member.stage == Stage.WAITING


def _walks_off(member: Member) -> bool:
    """Whether it moves away from where it stood; who still walks up to the till does not."""
    gait = member.gait
    if not (gait.fast_since_s > member.service_s or not math.isnan(gait.slow_since_s)):
        return False
    return metres_between(member.box, gait.stood, member.feet) >= WALKS_OFF_M
