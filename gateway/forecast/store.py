"""What the events of one store say of the lanes it will need. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.config import GatewayConfig, LaneKind, LaneSettings
from gateway.forecast.advisor import LaneAdvisor, Need
from gateway.forecast.arrivals import ArrivalForecast, Rate
from gateway.forecast.lanes import Checkouts, ServiceLevel
from gateway.forecast.service import ServiceTimes
from gateway.state.heard import Heard
from gateway.state.view import LaneView, StoreView
from messages.events import Joined, LineCrossing, ServiceDone
from messages.fields import LaneState

LEARNS_FROM = ("crossing", "joined", "service_done")
"""Types of the events that :meth:`StoreForecast.note` wants to hear again after a restart."""

ENOUGH = 50
"""Arrivals at the checkouts before a forecast is given at all."""

HOLD_S = 10.0
"""A need is worked out again after so long."""

_SHARE_WEIGHT = 50.0
"""Arrivals that the belief "each kind gets what it has lanes for" is worth."""
_SHARE_MEMORY = 2000.0
"""Arrivals after which an old one counts a third."""
_ASSISTANT_BAND = 0.15
"""An assistant who is there leaves only when so much less is needed."""


@dataclass(frozen=True, slots=True)
class StoreNeed(Need):
    """What lanes with a cashier are needed, all kinds together.

    Attributes:
        have: lanes with a cashier that are open.
        kinds: the same for each kind; self-checkout in stations.
        assistant: self-checkout needs an assistant; None where there is none.
    """

    have: int = 0
    kinds: dict[LaneKind, tuple[int, Need]] = field(default_factory=dict)
    assistant: bool | None = None


class _Kind:
    """Lanes of one kind: the share of shoppers that goes there, and how long they take."""

    def __init__(
        self, lanes: Sequence[LaneSettings], level: ServiceLevel, checkouts: Checkouts, share: float
    ) -> None:
        self.lanes = tuple(lane.id for lane in lanes)
        self.stations = sum(lane.stations for lane in lanes)
        self.service = ServiceTimes()
        self.seen = _SHARE_WEIGHT * share
        self.share = share
        self.arrivals: ArrivalForecast | None = None
        self.advisor = LaneAdvisor(
            level, replace(checkouts, lanes=self.stations), self, self.service
        )

    def forecast(self, now_s: float, ahead_s: float) -> Rate:
        """Give this kind's part of the store's arrivals."""
        assert self.arrivals is not None  # noqa: S101 - set by StoreForecast
        return self._part(self.arrivals.forecast(now_s, ahead_s))

    def over(self, now_s: float, ahead_s: float, long_s: float) -> Rate:
        """Give this kind's part of the mean over a time."""
        assert self.arrivals is not None  # noqa: S101 - set by StoreForecast
        return self._part(self.arrivals.over(now_s, ahead_s, long_s))

    def _part(self, rate: Rate) -> Rate:
        return Rate(self.share * rate.per_s, self.share * rate.sd_per_s)


class StoreForecast:
    """Learns from events; answers how many lanes are needed.

    Args:
        config: the store.
    """

    def __init__(self, config: GatewayConfig) -> None:
        zone = ZoneInfo(config.timezone)
        promise = config.checkouts
        self._entrances = config.entrances
        self._assistant_from = promise.assistant_from
        self._arrivals = ArrivalForecast(lambda t_s: _local(t_s, zone))
        level = ServiceLevel(promise.promise, promise.share, promise.wait_s)
        checkouts = Checkouts(1, open_s=promise.open_s, stay_s=promise.stay_s)
        kinds: dict[LaneKind, list[LaneSettings]] = {}
        for lane in config.lanes:
            kinds.setdefault(lane.kind, []).append(lane)
        places = max(1, sum(lane.stations for lane in config.lanes))
        self._kinds = {
            kind: _Kind(lanes, level, checkouts, sum(x.stations for x in lanes) / places)
            for kind, lanes in kinds.items()
        }
        self._kind_of = {lane.id: self._kinds[lane.kind] for lane in config.lanes}
        for one in self._kinds.values():
            one.arrivals = self._arrivals
        self._joined = 0
        self._assistant = False
        self._need: tuple[float, StoreNeed | None] = (float("-inf"), None)

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before; late ones count when they come."""
        match event.payload:
            case LineCrossing(line=line, direction="in"):
                if self._entrances is None or line in self._entrances:
                    self._arrivals.entered(event.true_s)
            case Joined(lane=lane):
                self._joined += 1
                self._arrivals.joined(event.true_s)
                self._note_kind(lane)
            case ServiceDone(lane=lane, service_s=service_s):
                self._arrivals.served()
                if lane in self._kind_of:
                    self._kind_of[lane].service.served(service_s)
            case _:
                pass

    def need(self, view: StoreView) -> StoreNeed | None:
        """Say what is needed; None while too little was seen, or a lane is unseen now."""
        made_s, need = self._need
        if not 0.0 <= view.now_s - made_s < HOLD_S:
            need = self._work_out(view)
            self._need = view.now_s, need
        return need

    def _note_kind(self, lane: str) -> None:
        if lane not in self._kind_of:
            return
        self._kind_of[lane].seen += 1.0
        total = sum(one.seen for one in self._kinds.values())
        keep = min(1.0, _SHARE_MEMORY / total)
        for one in self._kinds.values():
            one.share = one.seen / total
            one.seen *= keep

    def _work_out(self, view: StoreView) -> StoreNeed | None:
        if self._joined < ENOUGH or not self._kinds:
            return None
        kinds: dict[LaneKind, tuple[int, Need]] = {}
        for kind, one in self._kinds.items():
            found = self._of_kind(kind, one, view)
            if found is None:
                return None
            kinds[kind] = found
        cashiers = [found for kind, found in kinds.items() if kind != "self_checkout"]
        summed = cashiers or list(kinds.values())
        needs = [need for _, need in summed]
        return StoreNeed(
            now=sum(need.now for need in needs),
            in_15min=sum(need.in_15min for need in needs),
            in_30min=sum(need.in_30min for need in needs),
            wanted=sum(need.wanted for need in needs),
            per_h=sum(need.per_h for need in needs),
            service_s=_mean(needs),
            waiting=sum(need.waiting for need in needs),
            have=sum(have for have, _ in summed),
            kinds=kinds,
            assistant=self._needs_assistant(kinds),
        )

    def _of_kind(self, kind: LaneKind, one: _Kind, view: StoreView) -> tuple[int, Need] | None:
        lanes = [view.lanes[lane] for lane in one.lanes if lane in view.lanes]
        if len(lanes) < len(one.lanes) or any(_unseen(lane, kind) for lane in lanes):
            return None
        if kind == "self_checkout":
            have = one.stations
        else:
            have = sum(lane.state is LaneState.OPEN for lane in lanes)
        served = [lane.served for lane in lanes]
        busy = None if None in served else min(have, sum(n or 0 for n in served))
        waiting = sum(lane.waiting or 0 for lane in lanes)
        return have, one.advisor.advise(view.now_s, have=have, waiting=waiting, served=busy)

    def _needs_assistant(self, kinds: dict[LaneKind, tuple[int, Need]]) -> bool | None:
        if "self_checkout" not in kinds:
            return None
        stations, need = kinds["self_checkout"]
        used = max(need.now, need.in_15min) / stations
        limit = self._assistant_from - (_ASSISTANT_BAND if self._assistant else 0.0)
        self._assistant = used >= limit
        return self._assistant


def _unseen(lane: LaneView, kind: LaneKind) -> bool:
    # No cashier is seen at a self-checkout, so nobody knows whether one is there.
    return lane.waiting is None or (kind != "self_checkout" and lane.state is LaneState.UNKNOWN)


def _mean(needs: Sequence[Need]) -> float:
    """Mean service time over all who come."""
    weight = sum(need.per_h for need in needs)
    if weight <= 0.0:
        return sum(need.service_s for need in needs) / len(needs)
    return sum(need.per_h * need.service_s for need in needs) / weight


def _local(t_s: float, zone: ZoneInfo) -> tuple[int, float]:
    moment = datetime.fromtimestamp(t_s, zone)
    return moment.weekday(), moment.hour * 3600.0 + moment.minute * 60.0 + moment.second
