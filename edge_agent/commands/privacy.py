"""``edge-agent privacy``: what is collected, what is kept, for how long, and the shop's notice."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.commands.check import load_or_exit
from messages.envelope import Message
from messages.events import (
    Advanced,
    Dropped,
    Interest,
    Joined,
    LaneChanged,
    LineCrossing,
    Misplaced,
    Moved,
    Picked,
    Placed,
    Returned,
    ServiceDone,
    SizeGap,
    SweepSuspected,
    Visit,
    WaitDone,
)
from messages.payloads import CommandResult, QueueData, StatusData, StockData, Text, ZoneData
from messages.places import HeatData, LineData

LEAVES_THE_DEVICE: dict[type[Message], Text] = {
    QueueData: Text(
        zh="每条收银通道的排队人数和等候时间", en="people waiting and waits of each lane"
    ),
    ZoneData: Text(zh="每个区域的人数和停留时间", en="people and dwell times of each zone"),
    LineData: Text(zh="每个出入口的进出人数", en="people in and out over each line"),
    HeatData: Text(
        zh="画面各格内有人停留的秒数之和（粗网格，仅计数）",
        en="seconds that people stood in each cell of a coarse grid over the picture, sums alone",
    ),
    Visit: Text(zh="一次停留的时长", en="how long one stay in a zone lasted"),
    LineCrossing: Text(zh="一次进出", en="one passage through an entrance"),
    Joined: Text(zh="一次开始排队", en="somebody joined a queue"),
    Advanced: Text(zh="一条队伍向前移动", en="a queue moved up"),
    WaitDone: Text(zh="一次排队的时长和结果", en="how long one wait lasted, and how it ended"),
    ServiceDone: Text(zh="一次结账的时长", en="how long one service lasted"),
    LaneChanged: Text(zh="收银通道开启或关闭", en="a lane opened or closed"),
    StockData: Text(zh="货架上每种商品的数量", en="stock of each product on a shelf"),
    Picked: Text(zh="一件商品离开货架", en="an item left its shelf"),
    Placed: Text(zh="一件商品放上货架", en="an item was put on a shelf"),
    Returned: Text(zh="一件商品放回货架", en="an item came back to its shelf"),
    Moved: Text(zh="一件商品换了货架", en="an item went to another shelf"),
    Misplaced: Text(zh="一件商品放错货架", en="an item lies on the wrong shelf"),
    Interest: Text(zh="一件商品被拿起又放回", en="an item was taken and put back"),
    SizeGap: Text(zh="一种商品缺了一个尺码", en="a size of a product is missing from the floor"),
    SweepSuspected: Text(
        zh="多件同种商品同时离开货架", en="many items of one product left a shelf at once"
    ),
    StatusData: Text(
        zh="设备、摄像头和读写器的状态", en="health of the device, its cameras and readers"
    ),
    CommandResult: Text(zh="设备执行命令的结果", en="result of a command to the device"),
    Dropped: Text(
        zh="因存储已满而丢弃的事件数", en="how many events were dropped for lack of room"
    ),
}
"""Every message that an edge device sends, in words for people."""

_FACTS = (
    Text(
        zh="画面：只在内存中处理，分析后立即丢弃。不录像，不存盘，不发送。",
        en="Pictures: looked at in memory and dropped at once. Never recorded, stored or sent.",
    ),
    Text(
        zh="人：只有方框、位置、衣服的平均颜色和一个临时编号；离开画面后作废，重启后从头开始。"
        "没有人脸、年龄、性别或身份，不同摄像头之间、不同次到店之间不作匹配。",
        en="People: a box, a place, the mean colours of the clothes and a number, for as long as "
        "they are in view. No face, age, sex or identity; nobody is matched between cameras or "
        "visits.",
    ),
    Text(
        zh="商品：只读取商品标签的编码，不与任何人关联。",
        en="Goods: codes of the tags on goods, linked to nobody.",
    ),
    Text(
        zh="唯一的例外：安装人员运行 edge-agent probe --picture 时，在本机写出一张图片，"
        "其中的人已模糊。",
        en="The one exception: edge-agent probe --picture, run by an installer, writes one picture "
        "to a file on this device, with the people in it blurred.",
    ),
)

_KEPT = (
    Text(
        zh="画面：到下一张为止，仅在内存中；另在内存中保留场地的轮廓，用来发现摄像头被移动。",
        en="Pictures: until the next one, in memory; and outlines of the place, in memory, to "
        "notice that a camera was turned.",
    ),
    Text(
        zh="位置、颜色和临时编号：人在画面中以及离开后的片刻，仅在内存中。",
        en="Places, colours and numbers: while the person is in view and moments after, in memory.",
    ),
    Text(
        zh="事件：存于本设备，直到店内服务器确认收到（最多 {keep} 条）；"
        "之后存于店内服务器的数据库，到期（keep_days，默认400天）自动删除。",
        en="Events: on this device until the store's server has them ({keep} at most); then in the "
        "database of the store's server, which deletes them after keep_days (400 by default).",
    ),
)

_NOTICE = Text(
    zh="""本店使用摄像头统计排队和区域人数
目的：缩短排队时间，及时补货。
方式：店内设备即时计算人数，画面不保存、不上传，不识别人脸，不辨认身份，不跟踪到店外。
保留：仅保留人数和时长等统计数据。
经营者：［名称］    联系方式：［电话或邮箱］
您可以向经营者询问并对此提出异议。""",
    en="""Cameras count people in this shop
Why: to keep queues short and shelves filled.
How: a device in the shop counts people as they are seen. No picture is stored or sent, no face
is recognised, nobody is identified or followed beyond the picture.
Kept: numbers only, such as how many people waited, and how long.
Operator: [name]    Contact: [telephone or e-mail]
You can ask the operator about this, and object.""",
)

_HEADINGS = (
    Text(zh="采集什么", en="What is collected"),
    Text(zh="什么会离开本设备", en="What leaves this device"),
    Text(zh="保留多久", en="How long it is kept"),
    Text(zh="店内告示", en="The notice for the shop"),
)


class Language(StrEnum):
    """Language of the text."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


def privacy(
    config: Annotated[
        Path | None, typer.Option("--config", help="Device config; its own limits are told.")
    ] = None,
    language: Annotated[Language, typer.Option("--language", help="zh, en or both.")] = (
        Language.BOTH
    ),
) -> None:
    """Print what is collected, what is kept and for how long, and the notice for the shop."""
    keep = load_or_exit(config).outbox.keep if config is not None else None
    for name in ("zh", "en"):
        if language in (Language.BOTH, Language(name)):
            typer.echo(describe(name, keep=keep))


def describe(language: str, *, keep: int | None = None) -> str:
    """Give the whole text in one language.

    Args:
        language: zh or en.
        keep: events kept on the device at most; None for what the default config says.
    """
    most = f"{1_000_000 if keep is None else keep:,}"
    collected, leaves, kept, notice = (getattr(heading, language) for heading in _HEADINGS)
    lines = [f"## {collected}", *(f"- {getattr(fact, language)}" for fact in _FACTS)]
    lines += ["", f"## {leaves}"]
    lines += [f"- {getattr(text, language)}" for text in LEAVES_THE_DEVICE.values()]
    lines += ["", f"## {kept}"]
    lines += [f"- {getattr(text, language).format(keep=most)}" for text in _KEPT]
    lines += ["", f"## {notice}", getattr(_NOTICE, language), ""]
    return "\n".join(lines)
