"""What to bring to which shelf, in the order of urgency and of the way. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.outputs.alerts import Alert
from gateway.rules.shelves import in_back
from gateway.state.view import StoreView

_RULES = ("restock", "runs_out", "size_gap")


@dataclass(frozen=True, slots=True)
class Task:
    """One product to bring to one shelf.

    Attributes:
        alert: the alert behind it; the shelf itself ends both.
        urgent: there is nothing left.
        count: items there now, None when unknown.
        bring: items that fit, None when the capacity is unknown.
        sources: (back-room shelf, items there), the fullest first.
        owner: who took it.
        finished: somebody says it is done and the shelf has not confirmed it yet.
    """

    alert: str
    shelf: str
    gtin: str
    urgent: bool
    count: int | None
    bring: int | None
    sources: tuple[tuple[str, int], ...]
    owner: str | None
    finished: bool


def pick_list(view: StoreView, alerts: Iterable[Alert], walk: Mapping[str, int]) -> list[Task]:
    """Make the pick list of the open alerts.

    Args:
        view: the store now.
        alerts: open alerts.
        walk: shelf → place in the walking route.
    """
    tasks = [
        task
        for alert in alerts
        if alert.rule in _RULES and (task := _task(view, alert)) is not None
    ]
    return sorted(tasks, key=lambda t: (t.finished, not t.urgent, walk.get(t.shelf, 0), t.shelf))


def _task(view: StoreView, alert: Alert) -> Task | None:
    kind, _, name = alert.subject.partition(":")
    shelf, gtin = name.split("/", 1) if kind == "shelf" else (_home(view, name), name)
    if shelf is None:
        return None
    item = view.shelves[shelf].items.get(gtin) if shelf in view.shelves else None
    count = item.count if item is not None else None
    capacity = item.capacity if item is not None else None
    bring = None if count is None or capacity is None else max(0, capacity - count)
    return Task(
        alert.id,
        shelf,
        gtin,
        count == 0,
        count,
        bring,
        tuple(in_back(view, gtin)),
        alert.owner,
        alert.finished_s is not None,
    )


def _home(view: StoreView, gtin: str) -> str | None:
    """Give the floor shelf of a product."""
    homes = (s.shelf for s in view.shelves.values() if s.area == "floor" and gtin in s.items)
    return next(homes, None)
