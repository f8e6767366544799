"""The people on the floor: who is there, where they walk, and what that makes true."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import partial
from random import Random

from simulators.scene.agenda import Agenda
from simulators.scene.layout import Layout, Point
from simulators.scene.motion import Path, border_crossings, inside, line_crossings, stand, walk
from simulators.scene.people import Look, Party, Person, Role
from simulators.scene.truth import Event

STOPPED_S = 3.0
"""Who stays in a dwell zone for so long has stopped."""


class Floor:
    """Moves people and notes every event.

    Attributes:
        agenda: what happens next.
        people: number → person on the floor.
        events: what happened and was not taken yet.
        crossed: (in, out) over the front line.
    """

    def __init__(self, layout: Layout, agenda: Agenda) -> None:
        self.layout = layout
        self.agenda = agenda
        self.people: dict[int, Person] = {}
        self.events: list[Event] = []
        self.crossed = [0, 0]
        self._numbers = itertools.count(1)

    def emit(self, event: str, party: Party | None = None, **fields: object) -> None:
        """Note an event of now."""
        who: dict[str, object] = {}
        if party is not None:
            who = {"person": party.leader.person, "unit": party.unit, "size": party.size}
        self.events.append(Event(self.agenda.now_s, event, **{**who, **fields}))  # type: ignore[arg-type]  # names are those of Event

    def enter(self, role: Role, look: Look, unit: int, at: Point, facing: float) -> Person:
        """Put somebody on the floor."""
        path = stand(self.agenda.now_s, at, facing)
        person = Person(next(self._numbers), unit, role, look, path)
        self.people[person.person] = person
        self._note_zones(person, path)
        return person

    def teleport(self, person: Person, at: Point) -> None:
        """Put somebody who is on the floor somewhere else."""
        person.path = stand(self.agenda.now_s, at, person.path.facing)
        self._note_zones(person, person.path)

    def remove(self, person: Person) -> None:
        """Take somebody off the floor."""
        if self.people.pop(person.person, None) is not None:
            for zone in list(person.entered_zone_s):
                self._leave_zone(person, zone)

    def walk(
        self, person: Person, waypoints: Sequence[Point], speed_mps: float, facing: float | None
    ) -> float:
        """Send somebody over ``waypoints``; returns when they arrive."""
        now_s = self.agenda.now_s
        path = walk(now_s, person.path.at(now_s), waypoints, speed_mps, facing)
        person.path = path
        for t_s, inward in line_crossings(path, self.layout.line):
            self.agenda.at(t_s, partial(self._cross, person, path, inward))
        self._note_zones(person, path)
        return path.end_s

    def walk_party(
        self, party: Party, waypoints: Sequence[Point], facing: float | None, *, delay: bool = True
    ) -> float:
        """Send a party over ``waypoints`` in its formation; returns when the leader arrives."""
        ends = []
        for i, (member, (side, back)) in enumerate(
            zip(party.members, party.formation, strict=True)
        ):
            places = [(x + side * 0.8, y) for x, y in waypoints[:-1]]
            x, y = waypoints[-1]
            places.append((x + side, y + back))
            speed = party.speed_mps * (1.0 - 0.04 * i if delay else 1.0)
            ends.append(self.walk(member, places, speed, facing))
        return ends[0]

    def _cross(self, person: Person, path: Path, inward: bool) -> None:
        if person.path is not path or person.person not in self.people:
            return
        self.crossed[0 if inward else 1] += 1
        self.emit(
            "crossing",
            person=person.person,
            unit=person.unit,
            line=self.layout.line_id,
            direction="in" if inward else "out",
        )

    def _note_zones(self, person: Person, path: Path) -> None:
        """Arrange to look again whenever the path crosses the border of a dwell zone."""
        self._look(person, path)
        for zone in self.layout.zones:
            for t_s in border_crossings(path, zone.polygon):
                # Just past the border, so that the question inside or outside has an answer.
                self.agenda.at(t_s + 1e-6, partial(self._look, person, path))

    def _look(self, person: Person, path: Path) -> None:
        if person.path is not path or person.person not in self.people:
            return
        pose = path.at(self.agenda.now_s)
        for zone in self.layout.zones:
            is_in = inside(zone.polygon, pose.x, pose.y)
            if is_in and zone.zone not in person.entered_zone_s:
                person.entered_zone_s[zone.zone] = self.agenda.now_s
            elif not is_in and zone.zone in person.entered_zone_s:
                self._leave_zone(person, zone.zone)

    def _leave_zone(self, person: Person, zone: str) -> None:
        dwell_s = self.agenda.now_s - person.entered_zone_s.pop(zone)
        self.emit(
            "visit",
            person=person.person,
            unit=person.unit,
            zone=zone,
            dwell_s=dwell_s,
            stopped=dwell_s >= STOPPED_S,
        )


def towards(start: Point, end: Point) -> float:
    """Heading from one point to another in radians."""
    return math.atan2(end[1] - start[1], end[0] - start[0])


def stream(seed: int, name: str) -> Random:
    """Give a source of chance of its own for one purpose, so that one does not disturb another."""
    return Random(f"{seed}/{name}")
