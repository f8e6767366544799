"""Every word of a report, in Chinese and English."""

from __future__ import annotations

from gateway.config import Language

WORDS: dict[str, tuple[str, str]] = {
    "report": ("运营报告", "Store report"),
    "period": ("时段", "Period"),
    "compared": (
        "▲▼ 与之前同样长的时段相比。",
        "▲▼ is beside the same number of days before.",
    ),
    "glance": ("概览", "At a glance"),
    "each_day": ("每天", "Day by day"),
    "helped": ("哪些措施有效", "What helped"),
    "shelves": ("缺货", "Out of stock"),
    "cases": ("提醒与响应", "Cases and responses"),
    "ratings": ("顾客评价", "Ratings"),
    "entered": ("进店人数", "People who came in"),
    "entered_hour": ("每小时进店人数（平均）", "People who came in, by hour (mean of the days)"),
    "inside_hour": ("店内人数（平均）", "People inside, by hour (mean)"),
    "heat": ("热力图", "Where people stood"),
    "heat_note": (
        "每格为有人停留的时间；只有计数，没有画面。",
        "Time that people stood in each cell; counts alone, no picture.",
    ),
    "waits": ("排队人次", "Queued"),
    "wait_mean": ("平均等候", "Mean wait"),
    "wait_p90": ("90%的顾客等候不超过", "90 % waited at most"),
    "within": ("等候不超过{limit}", "Waited at most {limit}"),
    "left": ("中途离开", "Gave up waiting"),
    "lane_hours": ("收银台开放时数", "Lane hours"),
    "needed_hours": ("建议时数", "Lane hours advised"),
    "out_of_stock": ("缺货时间占比", "Time out of stock"),
    "missed_picks": ("估计少卖件数", "Sales probably missed"),
    "visits_without_stock": ("在缺货货架前停留", "Visits to an empty shelf"),
    "rating": ("平均评分", "Mean rating"),
    "unknown": ("无数据", "no data"),
    "nothing": ("这段时间没有记录", "Nothing was recorded in this period"),
    "product": ("商品", "Product"),
    "shelf": ("货架", "Shelf"),
    "out_hours": ("缺货小时", "Hours empty"),
    "picks": ("取走件数", "Taken"),
    "missed": ("估计少卖", "Probably missed"),
    "rule": ("类型", "Kind"),
    "count": ("次数", "Cases"),
    "respond": ("响应（中位数）", "Response (median)"),
    "resolve": ("解决（中位数）", "Resolution (median)"),
    "on_time": ("按时", "on time"),
    "no_cases": ("没有提醒", "No cases"),
    "no_ratings": ("没有评价", "No ratings"),
    "always_stocked": ("没有缺货", "Nothing ran out"),
    "no_shelves": ("没有货架数据", "No shelf was seen"),
    "method": (
        (
            "每次措施都与情况相同（排队、开放台数、时段、平日或周末）但没有采取措施的时刻比较；"
            "线段是95%的区间。数据不够时不下结论。"
        ),
        (
            "Each action is compared with moments in the same situation (queue, open lanes, hour, "
            "weekday or weekend) when nobody acted; the line is the 95 % band. Where there is too "
            "little to compare, nothing is claimed."
        ),
    ),
    "lane_opened": ("加开收银台", "A lane was opened"),
    "shelf_filled": ("补货", "A low shelf was filled"),
    "setting_changed": ("修改设置", "A setting was changed"),
    "outcome_waiting": ("5到20分钟后的排队人数", "People waiting 5 to 20 minutes later"),
    "outcome_wait_s": ("平均等候", "Mean wait"),
    "outcome_picks_per_h": ("之后三小时每小时取走件数", "Items taken an hour, in the next 3 hours"),
    "too_little": (
        "不足以判断（{matched}/{actions}次可比）",
        "Not enough to tell ({matched} of {actions} could be compared)",
    ),
    "no_difference": ("看不出差别", "No difference to be seen"),
    "did_help": ("有效", "Helped"),
    "did_not_help": ("适得其反", "Made it worse"),
    "instead_of": (
        "{with_}，否则预计{without}；相差{change}（95%：{low}至{high}）",
        "{with_} instead of {without}; a difference of {change} (95 %: {low} to {high})",
    ),
    "over_actions": ("{matched}/{actions}次措施可比", "{matched} of {actions} actions compared"),
    "before_after": (
        "修改前后各两周对比；其他变化也可能有影响",
        "Two weeks before and after; other things may have changed as well",
    ),
    "none_done": ("这段时间没有可评价的措施", "Nothing was done that could be judged"),
    "last_week": ("上一周", "Week before"),
    "next_week": ("下一周", "Week after"),
    "this_month": ("整月", "Whole month"),
    "seconds": ("{n}秒", "{n} s"),
    "minutes": ("{n}分钟", "{n} min"),
    "hours": ("{n}小时", "{n} h"),
    "people": ("{n}人", "{n} people"),
    "items": ("{n}件", "{n} items"),
    "table": ("数据表（CSV）", "Figures (CSV)"),
    "partly": (
        "全部收银台可见的时间共{hours}小时；没有看到的时间不计入。",
        "All lanes were seen for {hours} hours; what nobody saw is not counted.",
    ),
    "rule_open_lane": ("请开收银台", "Open a lane"),
    "rule_close_lane": ("可关收银台", "Close a lane"),
    "rule_wait": ("等候过长", "Wait too long"),
    "rule_unattended": ("收银台无人", "Lane unattended"),
    "rule_assistant": ("自助收银需要员工", "Assistant at self-checkout"),
    "rule_help": ("顾客需要帮助", "Help wanted"),
    "rule_restock": ("补货", "Restock"),
    "rule_runs_out": ("即将售空", "Will run out"),
    "rule_size_gap": ("缺码", "Size missing"),
    "rule_misplaced": ("放错货架", "Misplaced goods"),
    "rule_sweep": ("疑似扫货", "Sweep suspected"),
    "rule_complaint": ("顾客投诉", "Complaint"),
    "rule_kpi": ("指标异常", "Measure beyond its limit"),
    "rule_device": ("设备故障", "Device"),
    "rule_sensor": ("传感器故障", "Camera or reader"),
    "rule_screen": ("屏幕故障", "Screen"),
}
"""Key → (Chinese, English)."""


class Words:
    """The words of one language, and numbers as its readers write them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._index = 0 if language == "zh" else 1

    def __call__(self, key: str, **values: object) -> str:
        """Give a text; its key where there is none."""
        return WORDS.get(key, (key, key))[self._index].format(**values)

    def duration(self, seconds: float | None) -> str:
        """Give a time in the unit that fits."""
        if seconds is None:
            return self("unknown")
        size = abs(seconds)
        if size < 99.5:
            return self("seconds", n=_short(seconds, 0))
        if size < 5700.0:
            return self("minutes", n=_short(seconds / 60.0, 1))
        return self("hours", n=_short(seconds / 3600.0, 1))

    def share(self, value: float | None) -> str:
        """Give a share of 0..1 in percent."""
        space = "" if self.language == "zh" else " "
        return self("unknown") if value is None else f"{100.0 * value:.1f}{space}%"

    def number(self, value: float | None, digits: int = 0) -> str:
        """Give a number."""
        return self("unknown") if value is None else _short(value, digits)


def _short(value: float, digits: int) -> str:
    """Write a number without a needless ``.0``, with a real minus sign and none before zero."""
    text = f"{value:,.{digits}f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text.replace("-", "−")
