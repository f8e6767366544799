"""A rule for any measure under or over its limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from gateway.rule_settings import KpiSettings, Measure
from gateway.rules.findings import Finding, Labels, Verdict, label
from gateway.state.view import StoreView
from messages.payloads import Text

_NAMES: dict[Measure, Text] = {
    "lane_wait_s": Text(zh="等候秒数", en="wait in seconds"),
    "lane_waiting": Text(zh="排队人数", en="people waiting"),
    "store_waiting": Text(zh="全店排队人数", en="people waiting at all lanes"),
    "store_inside": Text(zh="店内人数", en="people in the shop"),
    "zone_occupancy": Text(zh="区域人数", en="people in the zone"),
    "shelf_availability": Text(zh="在架率", en="on-shelf availability"),
}


class Kpi:
    """Tell that a measure has been beyond its limit for a time.

    Args:
        settings: which measure of what, and its limit.
        labels: measure's kind of subject (lane, zone, shelf) → names.
    """

    name: ClassVar[str] = "kpi"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: KpiSettings, labels: Mapping[str, Labels]) -> None:
        self._settings = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each subject of the measure."""
        kind = self._settings.measure.partition("_")[0]
        for subject, value in _values(self._settings.measure, view):
            if self._settings.of in (None, subject):
                yield Finding(
                    self.name,
                    f"kpi:{self._settings.id}/{subject}",
                    self._verdict(value),
                    self._settings.severity,
                    self._text(label(self._labels.get(kind, {}), subject), value),
                    self._settings,
                    (f"{kind}:{subject}",),
                )

    def _verdict(self, value: float | None) -> Verdict:
        limit = self._settings
        if value is None:
            return Verdict.UNKNOWN
        if limit.above is not None:
            bad, good = value > limit.above, value <= _or(limit.clear, limit.above)
        else:
            below = _or(limit.below, 0.0)
            bad, good = value < below, value >= _or(limit.clear, below)
        return Verdict.BAD if bad else Verdict.GOOD if good else Verdict.BETWEEN

    def _text(self, subject: Text, value: float | None) -> Text:
        limit = self._settings
        measure = _NAMES[limit.measure]
        shown = "?" if value is None else f"{value:.4g}"
        over = limit.above is not None
        edge = f"{_or(limit.above, _or(limit.below, 0.0)):g}"
        return Text(
            zh=f"{subject.zh}：{measure.zh}为{shown}，{'高于' if over else '低于'}{edge}",
            en=f"{subject.en}: {measure.en} {shown}, {'over' if over else 'under'} {edge}",
        )


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _values(measure: Measure, view: StoreView) -> Iterable[tuple[str, float | None]]:
    match measure:
        case "lane_wait_s":
            return [(lane.lane, lane.wait_s) for lane in view.lanes.values()]
        case "lane_waiting":
            return [(lane.lane, lane.waiting) for lane in view.lanes.values()]
        case "zone_occupancy":
            return [(zone.zone, zone.occupancy) for zone in view.zones.values()]
        case "shelf_availability":
            return [(name, _availability(name, view)) for name in view.shelves]
        case "store_waiting":
            waiting = [lane.waiting for lane in view.lanes.values()]
            known = [n for n in waiting if n is not None]
            return [("store", sum(known) if len(known) == len(waiting) > 0 else None)]
        case "store_inside":
            return [("store", view.footfall.inside)]


def _availability(shelf: str, view: StoreView) -> float | None:
    """Share of the planned products of a shelf that are there; None when any is unknown."""
    counts = [i.count for i in view.shelves[shelf].items.values() if i.min or i.capacity]
    if not counts or None in counts:
        return None
    return sum(bool(count) for count in counts) / len(counts)
