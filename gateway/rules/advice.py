"""How many lanes should be open, with the reason in one sentence."""

from __future__ import annotations

from collections.abc import Collection

from gateway.forecast.advisor import Need
from gateway.forecast.store import StoreNeed
from gateway.state.view import StoreView
from messages.fields import LaneState
from messages.payloads import KindAdvice, LaneAdvice, Text


def advise(
    view: StoreView,
    open_one: Text | None,
    close_one: Text | None,
    need: StoreNeed | None = None,
    cashiers: Collection[str] | None = None,
) -> LaneAdvice:
    """Give the advice of this moment.

    Args:
        view: the store now.
        open_one: why one more lane is asked for, None when it is not.
        close_one: why one lane fewer would do, None when it would not.
        need: what the forecast says, None where there is none.
        cashiers: lanes with a cashier; None is all of them.

    Returns:
        Advice whose counts are None while any lane is unseen: it might be open.
    """
    lanes = [lane for lane in view.lanes.values() if cashiers is None or lane.lane in cashiers]
    if not lanes or any(lane.state is LaneState.UNKNOWN for lane in lanes):
        return LaneAdvice(why=open_one or Text(zh="部分收银台情况未知", en="Some lanes are unseen"))
    opened = sum(lane.state is LaneState.OPEN for lane in lanes)
    if need is not None:
        # A queue that is already too long outvotes a forecast that does not see it yet.
        least = min(opened + 1, len(lanes)) if open_one is not None else 0
        return LaneAdvice(
            open=opened,
            needed_now=max(need.wanted, least),
            needed_15min=need.in_15min,
            needed_30min=need.in_30min,
            kinds=_kinds(need),
            assistant=need.assistant,
            why=open_one if open_one is not None and least > need.wanted else reason(need),
        )
    if open_one is not None:
        return LaneAdvice(open=opened, needed_now=min(opened + 1, len(lanes)), why=open_one)
    if close_one is not None:
        return LaneAdvice(open=opened, needed_now=max(opened - 1, 0), why=close_one)
    waiting = sum(lane.waiting or 0 for lane in lanes)
    why = Text(zh=f"共{waiting}人排队，开放{opened}个收银台足够", en=_enough(waiting, opened))
    return LaneAdvice(open=opened, needed_now=opened, why=why)


def _kinds(need: StoreNeed) -> dict[str, KindAdvice] | None:
    """Tell kinds apart where a store has more than one."""
    if len(need.kinds) < 2:
        return None
    return {
        kind: KindAdvice(
            open=have,
            # Machines are all on: what is told of them is how many will be in use.
            needed_now=one.now if kind == "self_checkout" else one.wanted,
            needed_15min=one.in_15min,
            needed_30min=one.in_30min,
        )
        for kind, (have, one) in need.kinds.items()
    }


def reason(need: Need) -> Text:
    """Say in one sentence why so many lanes are needed."""
    per_h, service_s, n = round(need.per_h), round(need.service_s), need.wanted
    lanes = "lane is" if n == 1 else "lanes are"
    return Text(
        zh=f"预计每小时{per_h}人结账，每人约{service_s}秒，现有{need.waiting}人排队：需要{n}个收银台",
        en=f"{per_h} shoppers an hour are expected at the tills, each takes about {service_s} s, "
        f"{need.waiting} wait now: {n} {lanes} needed",
    )


def _enough(waiting: int, opened: int) -> str:
    people = "1 person waits" if waiting == 1 else f"{waiting} people wait"
    lanes = "1 open lane is" if opened == 1 else f"{opened} open lanes are"
    return f"{people}; {lanes} enough"
