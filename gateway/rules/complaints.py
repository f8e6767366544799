"""A rule about what shoppers say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gateway.rule_settings import ComplaintSettings
from gateway.rules.findings import Finding, Labels, Verdict, label
from gateway.state.ratings import Rating, Topic
from gateway.state.view import StoreView
from messages.payloads import Text

FRESH_S = 60.0
"""A rating raises its alert within this time; later it only keeps an open one from expiring."""

_TOPICS: dict[Topic, Text] = {
    "checkout": Text(zh="收银", en="the checkout"),
    "goods": Text(zh="商品", en="the goods"),
    "staff": Text(zh="员工", en="the staff"),
    "store": Text(zh="门店", en="the store"),
}


class Complaint:
    """Make a case of each bad rating.

    What a shopper said does not go away by itself, so only a person closes the case.
    """

    name: ClassVar[str] = "complaint"
    opening_hours_only: ClassVar[bool] = False

    def __init__(self, settings: ComplaintSettings, lanes: Labels) -> None:
        self._settings = settings
        self._lanes = lanes

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each bad rating of the last days."""
        for rating in view.ratings:
            if rating.score <= self._settings.score:
                is_fresh = 0.0 <= view.now_s - rating.at_s <= FRESH_S
                yield Finding(
                    self.name,
                    f"rating:{rating.id}",
                    Verdict.BAD if is_fresh else Verdict.BETWEEN,
                    "info",
                    self._text(rating),
                    self._settings,
                    () if rating.lane is None else (f"lane:{rating.lane}",),
                )

    def _text(self, rating: Rating) -> Text:
        topic = _TOPICS[rating.topic]
        zh, en = f"顾客对{topic.zh}不满意", f"A shopper is unhappy with {topic.en}"
        if rating.lane is not None:
            place = label(self._lanes, rating.lane)
            zh, en = f"{zh}（{place.zh}）", f"{en} ({place.en})"
        if rating.comment:
            zh, en = f"{zh}：{rating.comment}", f"{en}: {rating.comment}"
        return Text(zh=f"{zh}（{rating.score}/5分）", en=f"{en} ({rating.score} of 5)")
