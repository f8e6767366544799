"""The people of one lane and the life of its queue: joined, served, gone.

A member outlives the track that carries it: a member that is no longer seen stays as long as
hiding explains it, and a track that appears near its place takes it over, so that a switch of
track ids does not break a wait.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter

from edge_agent.measures import hiding, joining, parties, units
from edge_agent.measures.gait import Box, Gait, Point, metres_between
from edge_agent.measures.handover import Handover
from edge_agent.measures.joining import JOIN_AFTER_S
from edge_agent.measures.lanes import LaneShape, Role
from edge_agent.measures.members import WALKED_OFF_M, Member, Sighting, Stage
from edge_agent.measures.steps import Step

SERVED_AFTER_S = 0.4
"""Standing so long in the place of service starts a service."""
SERVED_BESIDE_AFTER_S = 3.0
"""So long, beside somebody of another party who is being served: usually a till serves one."""
SERVED_AGAIN_AFTER_S = 1.5
"""Whose service has ended and who then stands there for so long is somebody else."""
LEFT_AFTER_S = 1.5
LEFT_M = 1.0
"""Outside the lane for so long, and so far away from where the member stood, ends a membership."""
LEFT_ANYHOW_S = 6.0
GONE_LOG_ODDS = -2.0
STOOD_DOUBT = 0.2
"""Who stood at the till has to walk off to be gone, and a party leaves together: who is unseen
there is doubted this much more slowly."""
WALKED_DOUBT = 2.0
"""Who walked when seen last has gone from that place: somebody hidden there is not them."""
LOOK_AGAIN_S = 0.25
"""What hides somebody unseen is looked at so often."""
BACK_IN_QUEUE = 0.25
"""Place along the lane behind which nobody stands whose service has begun."""
TOLD_AFTER_S = 3.0
"""A service that lasts so long is told of; less may be somebody who only moves about."""
NEXT_AFTER_S = 1.0
"""Somebody served and unseen for so long has gone when another party is being served."""
STEP_ASIDE_S = 0.75
"""Who stands again so soon has not gone; nobody else would be there yet."""
A_MOMENT_S = 0.5
"""Who joined so shortly before the service was seen first at the till."""
FREE_S = 5.0
"""Whoever waits has stepped up to a till that is free for so long."""
DOUBLE_S, DOUBLE_SHARE = 1.0, 0.5
"""Who shares a head with somebody known longer for so many seconds, and for so large a share of
the time it was seen by itself, was never anybody."""
KNOWN_S = 0.7
"""Who was seen outside the lane for so long walked in: no hidden member shows up again."""

_PLACE = attrgetter("place")


class LaneQueue:
    """Members of one lane.

    Args:
        shape: the lane in the picture.
    """

    def __init__(self, shape: LaneShape) -> None:
        self.shape = shape
        self._members: dict[int, Member] = {}
        self._outside_s: dict[int, float] = {}
        self._handover = Handover()
        self._step = Step()
        self._steepness = 0.0
        self._busy_s = math.nan

    @property
    def members(self) -> Collection[Member]:
        """Everybody in the lane, hidden ones too."""
        return self._members.values()

    def at(self, stage: Stage) -> list[Member]:
        """Members of a stage that are likely there, head of the queue first."""
        found = [m for m in self._members.values() if m.stage is stage and m.counts]
        if stage == Stage.SERVED and found:
            # A till serves one party at a time; who else is taken for served stands there
            # because somebody just leaves, or is a second box.
            first = min(found, key=lambda m: (-m.seen_s, m.service_s))
            found = [m for m in found if m.unit == first.unit]
        return sorted(found, key=_PLACE)

    def hidden(self, t_s: float) -> list[Member]:
        """Those lost from sight who most likely wait, while somebody is served."""
        return self._handover.hidden(self._members.values(), t_s, self._steepness)

    def clear(self) -> None:
        """Forget everybody, without events: nobody knows what became of them."""
        self._members.clear()
        self._handover.clear()
        self._outside_s.clear()
        self._busy_s = math.nan

    def update(
        self,
        t_s: float,
        dt_s: float,
        sightings: Sequence[Sighting],
        elsewhere: Mapping[int, tuple[Point, Gait]],
        seen_boxes: Sequence[Box],
        steepness: float,
    ) -> Step:
        """Take in one frame.

        Args:
            t_s: time of the frame.
            dt_s: seconds since the last one.
            sightings: people in the zones of this lane as shoppers.
            elsewhere: track → feet and gait of those seen who are not in this lane.
            seen_boxes: boxes of everybody seen, for what hides whom.
            steepness: how far down it is to people's heads for each metre towards them.
        """
        self._step = Step()
        self._steepness = steepness
        # Who is new here may have been outside until the last frame.
        for sighting in self._follow(sightings, t_s, dt_s):
            self._welcome(sighting, t_s, dt_s)
        if self._outside_s.keys() != elsewhere.keys():
            self._outside_s = {track: self._outside_s.get(track, t_s) for track in elsewhere}
        self._handover.seen_elsewhere(elsewhere, t_s)
        for member in list(self._members.values()):
            if member.track in elsewhere:
                self._outside(member, *elsewhere[member.track], t_s)
            elif member.seen_s < t_s:
                self._miss(member, t_s, dt_s, seen_boxes)
        for member in list(self._members.values()):
            # Most stand in the queue, where nothing comes next.
            if member.stage is not Stage.WAITING or member.role is Role.SERVICE:
                self._advance(member, t_s)
        self._look_at_till(t_s)
        return self._step

    def _look_at_till(self, t_s: float) -> None:
        """Note whether the till is free; without a place of service nobody knows."""
        if not self.shape.has_service:
            return
        if parties.till_is_busy(self._members.values()) or math.isnan(self._busy_s):
            self._busy_s = t_s
        elif t_s - self._busy_s >= FREE_S:
            self._handover.till_is_free()

    def _follow(self, sightings: Sequence[Sighting], t_s: float, dt_s: float) -> list[Sighting]:
        """Move the members whose tracks are seen; give the sightings of nobody known."""
        strangers = []
        for sighting in sightings:
            if not sighting.seen:
                continue
            member = self._members.get(sighting.track)
            if sighting.double:
                if member is not None:
                    self._double(member, t_s, dt_s)
            elif member is None:
                strangers.append(sighting)
            else:
                member.found(t_s, dt_s)
                member.move(sighting, t_s)
        return strangers

    def _double(self, member: Member, t_s: float, dt_s: float) -> None:
        """See whether a member whose track lies on somebody else's head was ever anybody."""
        member.double_s += dt_s
        # If it was, the other one hides it.
        member.covered, member.covered_s = 1.0, t_s
        if member.double_s >= DOUBLE_S and member.double_s >= DOUBLE_SHARE * member.found_s:
            del self._members[member.track]

    def _welcome(self, sighting: Sighting, t_s: float, dt_s: float) -> None:
        """Let a new track take over a member that is not seen, or make a new member."""
        walked_in = t_s - self._outside_s.get(sighting.track, t_s) >= KNOWN_S
        waiting = self.at(Stage.WAITING)
        member = None
        if not walked_in:
            member = self._handover.find(sighting, self._members.values(), waiting, t_s)
        if member is None:
            member = Member.new(sighting, t_s)
            member.born_inside = sighting.track not in self._outside_s
            member.sure = not member.born_inside
            # Who was seen by itself outside is no second box of somebody here.
            member.found_s = t_s - self._outside_s.get(sighting.track, t_s)
        else:
            self._members.pop(member.track, None)
            member.found(t_s, dt_s)
            member.jump(sighting, t_s)
            if member.stage == Stage.ARRIVING and not math.isnan(member.joined_s):
                self._join(member, t_s)
        self._members[sighting.track] = member

    def _outside(self, member: Member, feet: Point, gait: Gait, t_s: float) -> None:
        member.seen_s, member.log_odds = t_s, hiding.CERTAIN
        if math.isnan(member.out_s):
            member.out_s = t_s
        away_s = t_s - member.out_s
        away_m = metres_between(member.box, member.feet, feet)
        if away_s >= LEFT_ANYHOW_S or (away_s >= LEFT_AFTER_S and away_m >= LEFT_M):
            self._leave(member, member.out_s)
        elif member.told and gait.fast_since_s > member.service_s and away_m >= WALKED_OFF_M:
            # Whose service is over walks away, and is out of the lane between two looks.
            self._leave(member, gait.fast_since_s)

    def _leave(self, member: Member, t_s: float) -> None:
        del self._members[member.track]
        if member.stage == Stage.SERVED:
            if t_s - member.service_s >= TOLD_AFTER_S and not self._beside(member):
                self._tell(member)
            if member.told:
                self._finish(member, t_s)
            elif member.service_s - member.joined_s >= A_MOMENT_S:
                self._not_served(member, t_s)
        elif member.stage == Stage.WAITING:
            member.end_s = t_s
            # Who goes past the till is company; of who was lost from sight on the way nobody
            # knows whether it is they who leave.
            past = self.shape.has_service and member.place <= 0.0
            (self._step.passed if past or not member.sure else self._step.left).append(member)
        elif member.stage == Stage.ARRIVING and not math.isnan(member.gait.slow_since_s):
            if not member.stays():
                return
            member.end_s = t_s
            self._step.looked.append(member)

    def _not_served(self, member: Member, t_s: float) -> None:
        """Let go of somebody who stepped up to the till and of whom no service was told."""
        if math.isnan(member.out_s):
            # Lost there, they are still to be served: as whoever is seen there next.
            member.stage = Stage.WAITING
            self._handover.lost(member)
        else:
            member.end_s = t_s
            self._step.passed.append(member)

    def _miss(
        self,
        member: Member,
        t_s: float,
        dt_s: float,
        seen_boxes: Sequence[Box],
    ) -> None:
        if not 0.0 <= t_s - member.covered_s < LOOK_AGAIN_S:
            member.covered = hiding.cover(member.box, seen_boxes)
            member.covered_s = t_s
        stood = not math.isnan(member.gait.slow_since_s)
        if member.stage == Stage.SERVED and (
            stood or parties.company_served(member, self._members.values(), t_s)
        ):
            dt_s *= STOOD_DOUBT
        elif not math.isnan(member.gait.fast_since_s):
            dt_s *= WALKED_DOUBT
        recall = hiding.recall(member.covered, self._steepness)
        # Some people are hard to see, and stay it: what was missed before weighs in.
        recall = hiding.own_recall(recall, member.found_s, member.missed_s)
        member.log_odds = hiding.after_miss(member.log_odds, recall, dt_s)
        passing = member.stage in (Stage.ARRIVING, Stage.DONE)
        if member.log_odds < GONE_LOG_ODDS or (passing and not member.counts):
            if member.stage == Stage.SERVED:
                self._leave(member, member.seen_s)
            else:
                # What became of somebody who vanished in the middle of a queue nobody knows.
                del self._members[member.track]
                self._lose(member)

    def _lose(self, member: Member) -> None:
        if member.stage == Stage.ARRIVING and not member.born_inside and member.role == Role.QUEUE:
            # Who walks into a queue and is lost there most likely stands behind somebody.
            member.joined_s = member.seen_s
        elif member.stage != Stage.WAITING:
            return
        self._handover.lost(member)

    def _advance(self, member: Member, t_s: float) -> None:
        if member.stage is Stage.ARRIVING:
            self._try_join(member, t_s)
        if member.stage is Stage.WAITING or member.stage is Stage.ARRIVING:
            self._try_serve(member, t_s)
        elif member.stage == Stage.SERVED:
            self._go_on_serving(member, t_s)
        elif member.role == Role.SERVICE:
            if member.stage == Stage.DONE:
                self._try_swap(member, t_s)
        elif member.place > BACK_IN_QUEUE and member.standing_s(t_s) >= JOIN_AFTER_S:
            self._back_in_queue(member, t_s)

    def _try_join(self, member: Member, t_s: float) -> None:
        began_s = joining.began_s(member, self._members.values(), t_s)
        if began_s is not None:
            self._join(member, began_s)

    def _join(self, member: Member, t_s: float) -> None:
        if not math.isnan(member.joined_s):
            pass  # Lost on the way in, and found again.
        elif not member.born_inside:
            member.joined_s = t_s
        else:
            # Seen for the first time in the middle of the queue, it was there before those
            # who stand behind it.
            behind = [m.joined_s for m in self.at(Stage.WAITING) if m.place > member.place]
            member.joined_s = min([t_s, *behind])
        member.stage = Stage.WAITING
        member.unit = units.find(member, self._members.values())
        self._step.joined.append(member)

    def _try_serve(self, member: Member, t_s: float) -> None:
        if member.role is not Role.SERVICE:
            return
        beside = parties.others_served(member, self._members.values(), t_s)
        if member.stage == Stage.WAITING and not beside:
            # Whose turn it is steps up to a till that is free.
            self._serve(member, max(member.role_since_s, member.joined_s))
            return
        if beside and parties.is_behind(
            member, self._members.values(), self.shape, t_s, self._steepness
        ):
            if member.stage == Stage.ARRIVING and member.standing_s(t_s) >= JOIN_AFTER_S:
                self._join(member, t_s)
            return
        needed_s = SERVED_BESIDE_AFTER_S if beside else SERVED_AFTER_S
        stood_s = member.standing_s(t_s)
        if stood_s >= needed_s:
            self._serve(member, t_s - stood_s)
        elif t_s - member.role_since_s >= SERVED_BESIDE_AFTER_S:
            self._serve(member, t_s)

    def _serve(self, member: Member, t_s: float) -> None:
        if member.stage == Stage.ARRIVING:
            self._join(member, t_s)
        self._handover.take_turn(member, self._members.values(), t_s)
        company = parties.stepped_up_with(member, self._members.values())
        member.unit = member.unit if company is None else company
        member.straight = member.born_inside and t_s - self._busy_s >= FREE_S
        member.stage = Stage.SERVED
        member.service_s = max(t_s, member.joined_s)

    def _go_on_serving(self, member: Member, t_s: float) -> None:
        long = t_s - member.service_s >= TOLD_AFTER_S
        if long and not member.told and not self._beside(member):
            self._tell(member)
        if member.walks_off(t_s):
            if member.told:
                self._finish(member, member.gait.fast_since_s)
            else:
                member.stage = Stage.WAITING
        elif t_s - member.seen_s >= NEXT_AFTER_S and parties.others_served(
            member, self._members.values(), t_s
        ):
            self._leave(member, member.seen_s)

    def _beside(self, member: Member) -> bool:
        """Whether another party is the one being served."""
        first = self.at(Stage.SERVED)
        return bool(first) and first[0].unit != member.unit

    def _tell(self, member: Member) -> None:
        if not member.told:
            member.told = True
            self._step.started.append(member)

    def _try_swap(self, member: Member, t_s: float) -> None:
        """See whether the track of somebody served now carries the one who came next."""
        stood_s = member.standing_s(t_s)
        if not stood_s >= SERVED_AGAIN_AFTER_S:
            return
        if t_s - stood_s - member.end_s < STEP_ASIDE_S:
            member.stage = Stage.SERVED
            return
        missing = [m for m in self.at(Stage.WAITING) if m.seen_s < t_s]
        if missing:
            heir = missing[0]
            del self._members[heir.track]
        else:
            heir = member.follower(t_s - stood_s)
            heir.unit = heir.person
        heir.take_body(member)
        self._members[heir.track] = heir
        self._serve(heir, t_s - stood_s)

    def _back_in_queue(self, member: Member, t_s: float) -> None:
        """Part somebody who was served from a track that stands in the queue now.

        Nobody goes back: the track has jumped to somebody who waits.
        """
        if member.stage == Stage.SERVED:
            self._finish(member, max(member.role_since_s, member.service_s))
        waits = member.follower(member.role_since_s)
        waits.born_inside = True
        waits.unit = waits.person = member.track
        self._members[member.track] = waits

    def _finish(self, member: Member, t_s: float) -> None:
        member.stage = Stage.DONE
        member.end_s = max(t_s, member.service_s)
        self._step.finished.append(member)
        parties.outlasted(member, self._members.values())
