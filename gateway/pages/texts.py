"""Every word on the pages, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from gateway.config import Language

TEXTS: dict[str, tuple[str, str]] = {
    "open": ("开放", "Open"),
    "closing": ("即将关闭", "Closing"),
    "closed": ("暂停服务", "Closed"),
    "unknown": ("暂无数据", "No data"),
    "waiting": ("排队人数", "Waiting"),
    "wait": ("预计等候", "Wait"),
    "minutes": ("分钟", "min"),
    "up_to": ("不超过", "up to"),
    "under_one": ("不到 1", "under 1"),
    "faster": ("更快", "is faster"),
    "please_use": ("请前往", "Please use"),
    "overview": ("门店概况", "Overview"),
    "alerts": ("提醒", "Alerts"),
    "lanes": ("收银台", "Lanes"),
    "needed_now": ("现在需要", "Needed now"),
    "needed_15": ("15分钟后", "In 15 min"),
    "needed_30": ("30分钟后", "In 30 min"),
    "staffed": ("人工台", "Staffed"),
    "express": ("快速通道", "Express"),
    "self_checkout": ("自助机", "Self-checkout"),
    "assistant": ("自助收银繁忙，请安排一名员工", "Self-checkout is busy: send an assistant"),
    "shelves": ("货架", "Shelves"),
    "devices": ("设备", "Devices"),
    "zones": ("区域", "Zones"),
    "people": ("人", "people"),
    "visits": ("停留", "stopped"),
    "passers": ("路过", "passed by"),
    "dwell": ("停留时间中位数", "median stay"),
    "attention": ("面向货品", "facing the goods"),
    "footfall": ("客流", "People in the shop"),
    "inside": ("店内人数", "Inside now"),
    "inside_band": ("约 {n} 人", "probably {n}"),
    "came_in": ("今日进店 {n} 人", "{n} came in today"),
    "went_out": ("今日离店 {n} 人", "{n} left today"),
    "since": ("自 {n} 起", "Since {n}"),
    "seen_share": ("今日营业时间仅 {n} % 可见", "only {n} % of today's opening hours were seen"),
    "heat": ("今日热力图", "Where people stood today"),
    "heat_note": (
        "每格为有人停留的时间；只有计数，没有画面。",
        "Time that people stood in each cell; counts alone, no picture.",
    ),
    "heat_total": ("人·分钟", "person-minutes"),
    "no_alerts": ("没有待处理的提醒", "Nothing needs attention"),
    "no_items": ("没有商品", "No products"),
    "acknowledge": ("知道了", "Seen"),
    "start": ("我来处理", "I take it"),
    "resolve": ("已完成", "Done"),
    "raised": ("新提醒", "New"),
    "notified": ("已通知", "Notified"),
    "acknowledged": ("已确认", "Seen"),
    "in_progress": ("处理中", "In progress"),
    "resolved": ("已解决", "Resolved"),
    "expired": ("已过期", "Expired"),
    "critical": ("紧急", "Urgent"),
    "warning": ("注意", "Attention"),
    "info": ("信息", "Note"),
    "your_name": ("您的姓名", "Your name"),
    "failed": ("没有保存，请再试一次", "Not saved. Please try again"),
    "connection_lost": (
        "与网关的连接中断，正在重试",
        "The gateway cannot be reached; trying again",
    ),
    "broker_lost": ("网关与消息服务器断开", "The gateway has lost the message broker"),
    "online": ("在线", "Online"),
    "lost": ("离线", "Lost"),
    "silent": ("无数据", "Silent"),
    "clock": ("时钟不准", "Wrong clock"),
    "stopped": ("已停止", "Stopped"),
    "ago": ("前", "ago"),
    "minimum": ("最低", "min"),
    "tasks": ("补货任务", "Refill"),
    "no_tasks": ("没有补货任务", "Nothing to refill"),
    "finish": ("已补好", "Refilled"),
    "from": ("取自", "From"),
    "sold_out": ("已售空", "Sold out"),
    "running_low": ("即将售空", "Running low"),
    "waits_for_shelf": ("等待货架确认", "The shelf will confirm"),
    "overdue": ("已超时", "Overdue"),
    "ok": ("正常", "OK"),
    "login": ("登录", "Log in"),
    "password": ("门店密码", "Password of the store"),
    "wrong_password": ("密码不对，或尝试次数太多", "Wrong password, or too many tries"),
    "set_lane": ("手动设置", "Set by hand"),
    "set_by_hand": ("手动设置：", "By hand: "),
    "by_camera": ("由摄像头判断", "Camera decides"),
    "not_confirmed": ("尚未确认", "not confirmed yet"),
    "no_device": ("没有设备看到此收银台", "no device sees this lane"),
    "reports": ("报告", "Reports"),
}
"""Key → (Chinese, English)."""

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def texts(language: Language) -> dict[str, str]:
    """Give all texts in one language."""
    return {key: both[LANGUAGES.index(language)] for key, both in TEXTS.items()}


def choose(asked: str | None, accepts: str, offered: Sequence[Language]) -> Language:
    """Choose a page's language.

    Args:
        asked: ``?lang=`` of the address.
        accepts: the browser's Accept-Language header (RFC 9110, section 12.5.4).
        offered: languages of the store, the preferred one first.
    """
    if asked in offered:
        return cast(Language, asked)
    ranked: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accepts.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        for language in offered:
            if tag.lower().split("-")[0] == language and quality > 0:
                ranked.append((-quality, place, language))
    return min(ranked)[2] if ranked else offered[0]
