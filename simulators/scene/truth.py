"""What truly happened, for judging what was measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from simulators.scene.motion import Pose
from simulators.scene.people import Doing, Look, Role


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at ``t_s``; fields that do not belong to it are None.

    Attributes:
        event: ``joined``, ``advanced`` (of whoever is first now), ``service_start``,
            ``service_end``, ``reneged``, ``balked``, ``jockeyed``, ``crossing``, ``visit``,
            ``lane_changed``, ``picked``, ``placed``.
        person: the person, of a unit the one who pays.
        unit, size: the queue unit and how many people it has.
        wait_s: time in the queue until service began or the unit left the queue.
        service_s: time at the counter.
        dwell_s: time inside a dwell zone; ``stopped`` tells a stop from walking through.
        direction: ``in`` or ``out``.
    """

    t_s: float
    event: str
    person: int | None = None
    unit: int | None = None
    size: int | None = None
    lane: str | None = None
    to_lane: str | None = None
    state: str | None = None
    wait_s: float | None = None
    service_s: float | None = None
    zone: str | None = None
    dwell_s: float | None = None
    stopped: bool | None = None
    line: str | None = None
    direction: str | None = None
    shelf: str | None = None
    epc: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the fields that say something, ready for JSON."""
        return {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in asdict(self).items()
            if value is not None
        }


class Body(NamedTuple):
    """One person at one moment."""

    person: int
    unit: int
    role: Role
    doing: Doing
    lane: str | None
    pose: Pose
    reaching: bool
    look: Look


class LaneTruth(NamedTuple):
    """One lane at one moment.

    Attributes:
        waiting: people who joined and whose service has not begun.
        served: people of the unit at the counter.
        units: queue units waiting.
        state: open, closing or closed.
        line: person numbers from head to tail.
    """

    waiting: int
    served: int
    units: int
    state: str
    line: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The shop at ``t_s``.

    Attributes:
        bodies: everybody on the floor whom a camera could see.
        lanes: lane → truth.
        zones: dwell zone → people inside.
        crossed: (in, out) over the front line since the start.
    """

    t_s: float
    bodies: tuple[Body, ...]
    lanes: dict[str, LaneTruth]
    zones: dict[str, int] = field(default_factory=dict)
    crossed: tuple[int, int] = (0, 0)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but looks, ready for JSON."""
        return {
            "t_s": round(self.t_s, 3),
            "people": [
                {
                    "person": body.person,
                    "unit": body.unit,
                    "role": body.role.value,
                    "doing": body.doing.value,
                    "lane": body.lane,
                    "x_m": round(body.pose.x, 3),
                    "y_m": round(body.pose.y, 3),
                }
                for body in self.bodies
            ],
            "lanes": {
                lane: {
                    "waiting": truth.waiting,
                    "served": truth.served,
                    "units": truth.units,
                    "state": truth.state,
                }
                for lane, truth in self.lanes.items()
            },
            "zones": dict(self.zones),
            "crossed": {"in": self.crossed[0], "out": self.crossed[1]},
        }
