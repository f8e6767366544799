"""How many there are in the lanes of a camera, and what happens, by all that may be a person."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.measures.crowd import (
    CrowdLength,
    Length,
    PartySize,
    Rounded,
    Sums,
    sums,
)
from edge_agent.measures.followed import Followed
from edge_agent.measures.lane_look import (
    ARRIVES,
    KINDS,
    NUMBERS,
    PLACES,
    SERVED,
    WAITS,
    WALKS,
    Crowds,
    Told,
    numbers,
)
from edge_agent.measures.lane_network import Floats, LaneNetworks
from edge_agent.measures.lane_reader import Boxes, LaneReader, Read
from edge_agent.measures.members import Stage
from edge_agent.measures.perspective import flatness

ARRIVES_S = 2.5
"""Who came so recently may be the one who asks how long it takes."""


class Look(NamedTuple):
    """A look at a lane.

    Attributes:
        numbers: (I,) as in :mod:`edge_agent.measures.lane_look`.
        boxes: what the boxes alone tell.
    """

    numbers: Floats
    boxes: Boxes


class Weighed(NamedTuple):
    """What all boxes tell of a lane.

    Attributes:
        heads: people who wait.
        party: people at the till.
        line: queue units.
        ahead: those of them before somebody who only arrives.
        units: queue units before they are rounded.
        certainty: how sure the people who wait are, 0..1.
        read: what a network makes of it; None without one.
        happens: whether it tells what happens, too; otherwise those who are followed do.
    """

    heads: int
    party: int
    line: int
    ahead: int
    units: float
    certainty: float
    read: Read | None
    happens: bool


class _Alone(NamedTuple):
    """A look at a lane, told without a network.

    Attributes:
        queue, ahead: how many wait, and how many do who do not walk up.
        told: what a network takes in of that.
        boxes: what it adds to.
    """

    queue: Length
    ahead: Length
    told: Told
    boxes: Boxes

    def weighed(self, followed: Followed) -> Weighed:
        """What is told where no network reads."""
        queue, share = self.queue, followed.share
        return Weighed(
            queue.heads, self.told.party, round(queue.heads * share),
            followed.in_units(self.ahead.heads), queue.number * share, queue.certainty,
            read=None, happens=False,
        )  # fmt: skip


class _Scale:
    """How many people are in one lane, look for look."""

    def __init__(self) -> None:
        self._queue, self._ahead, self._party = CrowdLength(), CrowdLength(), PartySize()
        # As it stands there: the network knows by itself whom a flat view puts elsewhere.
        self._there = PartySize()
        self._heads, self._units = Rounded(), Rounded()
        self._lines: deque[tuple[float, int]] = deque()

    def weigh(self, seen: Sums, followed: Followed, t_s: float) -> _Alone:
        """Take in one look."""
        queue = self._queue.update(seen.standing, t_s)
        ahead = self._ahead.update(seen.ahead, t_s)
        waiting, served = map(len, followed.now)
        party = self._party.update(seen.served, served, t_s)
        self._there.update(seen.at_till, served, t_s)
        told = Told(
            queue.number, queue.certainty, ahead.number, party, seen.in_queue, seen.at_till,
            waiting, served,
        )  # fmt: skip
        return _Alone(queue, ahead, told, Boxes(queue.number, self._there.number))

    def read(self, read: Read, t_s: float, *, happens: bool) -> Weighed:
        """Take in what a network makes of the look."""
        heads = self._heads.update(read.waiting, read.spread)
        line = min(max(self._units.update(read.units, read.spread), min(heads, 1)), heads)
        lines = self._lines
        lines.append((t_s, line))
        while t_s - lines[0][0] > ARRIVES_S:
            lines.popleft()
        ahead = min(units for _, units in lines)
        return Weighed(
            heads, read.served, line, ahead, read.units, read.certainty(heads), read, happens
        )


class Weighing:
    """Weighs what a camera sees in its lanes.

    Attributes:
        looked: the last look, by the index of the lane; for who learns from it.

    Args:
        services: of each lane, whether it has a place of service.
        networks: what was learned of lanes; of those without a place of service they know nothing.
    """

    def __init__(self, services: Sequence[bool], networks: LaneNetworks | None) -> None:
        self._lanes = len(services)
        self._read = [k for k, has_service in enumerate(services) if has_service]
        self._readers: tuple[LaneReader, ...] = ()
        if networks is not None and self._read:
            self._readers = tuple(LaneReader(network, len(self._read)) for network in networks)
        self.restart()

    @property
    def reads(self) -> bool:
        """Whether there is a network, so that those who are followed are of use too."""
        return bool(self._readers)

    def restart(self) -> None:
        """Forget who is there."""
        self._scales = [_Scale() for _ in range(self._lanes)]
        self.looked: dict[int, Look] = {}
        self._whole: bool | None = None

    def update(
        self,
        crowds: Crowds,
        lanes: Sequence[Followed],
        walking: Sequence[int],
        steepness: float,
        t_s: float,
        *,
        whole: bool,
    ) -> list[Weighed | None]:
        """Take in one look; give what it tells of each lane; None: nothing.

        Args:
            crowds: everything that may be a person.
            lanes: what those who are followed tell of each lane.
            walking: who walks, wherever they are.
            steepness: how far down it is to people's heads for each metre towards them.
            t_s: time of the look.
            whole: whether ``crowds`` is everything, or only who is followed.
        """
        who = _doing(crowds.people, lanes, walking)
        scales = zip(self._scales, sums(crowds, who, flatness(steepness)), lanes, strict=True)
        found = [scale.weigh(seen, followed, t_s) for scale, seen, followed in scales]
        reads: dict[int, Read] = {}
        if self._readers:
            profiles = crowds.profiles(who).reshape(len(lanes), -1)
            looks = np.empty((len(self._read), NUMBERS + KINDS * PLACES), np.float32)
            for row, k in enumerate(self._read):
                beside, members = (crowds.step[k], crowds.cashier[k]), lanes[k].members
                looks[row, :NUMBERS] = numbers(found[k].told, beside, members, t_s, steepness)
                looks[row, NUMBERS:] = profiles[k]
            reads = self._reads(looks, [found[k].boxes for k in self._read], t_s, whole=whole)
        weighed: list[Weighed | None] = []
        for k, (scale, alone, followed) in enumerate(zip(self._scales, found, lanes, strict=True)):
            if k in reads:
                weighed.append(scale.read(reads[k], t_s, happens=whole))
            else:
                weighed.append(alone.weighed(followed) if whole else None)
        return weighed

    def _reads(
        self, looks: Floats, boxes: list[Boxes], t_s: float, *, whole: bool
    ) -> dict[int, Read]:
        """Read the lanes of which something was learned."""
        self.looked = dict(zip(self._read, map(Look, looks, boxes), strict=True))
        reader = self._readers[not whole]
        if whole is not self._whole:
            self._whole = whole
            reader.restart()
        return dict(zip(self._read, reader.read(looks, boxes, t_s), strict=True))


def _doing(
    people: Sequence[int], lanes: Sequence[Followed], walking: Sequence[int]
) -> NDArray[np.uint8]:
    """(L, D) what each of ``people`` does in each lane, as in WALKS and the others."""
    everywhere = dict.fromkeys(walking, WALKS)
    nothing = [0] * len(people)
    rows = []
    for lane in lanes:
        does = everywhere.copy()
        arriving = [m for m in lane.members if m.stage is Stage.ARRIVING]
        for members, part in (
            (arriving, ARRIVES), (lane.now.waiting, WAITS), (lane.now.served, SERVED)
        ):  # fmt: skip
            for member in members:
                does[member.track] = does.get(member.track, 0) | part
        rows.append(list(map(does.get, people, nothing)))
    return np.array(rows, np.uint8).reshape(len(lanes), len(people))
