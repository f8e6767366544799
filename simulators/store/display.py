"""The demo's live picture in the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from messages.payloads import QueueData, StockItem
from simulators.store.observer import Observer


def picture(observer: Observer, addresses: dict[str, str], elapsed_s: float) -> RenderableType:
    """Draw the store as it is now."""
    links = Table.grid(padding=(0, 2))
    for name, address in addresses.items():
        links.add_row(name, Text(address, style=f"link {address} cyan"))
    return Group(
        Panel(links, title=f"Instore Edge · {elapsed_s:.0f} s · Ctrl-C ends it", expand=False),
        lanes(observer),
        shelves(observer),
        alerts(observer),
    )


def lanes(observer: Observer) -> Table:
    """Draw the lanes: what the camera counts and what the screens say."""
    table = Table(title="Lanes", title_justify="left")
    for heading in ("lane", "state", "waiting", "served", "wait", "screen"):
        table.add_column(heading)
    for lane, queue in sorted(observer.lanes.items()):
        screen = observer.screens.get(lane)
        told = "–"
        if screen is not None and screen.wait_low_min is not None:
            told = f"{screen.wait_low_min}–{screen.wait_high_min} min"
            if screen.go_to is not None:
                told += f" → lane {screen.go_to}"
        table.add_row(
            lane, queue.open.value, _count(queue.waiting), _count(queue.served), _wait(queue), told
        )
    return table


def shelves(observer: Observer) -> Table:
    """Draw the shelves, a bar for each product."""
    table = Table(title="Shelves", title_justify="left")
    for heading in ("shelf", "GTIN", "stock", ""):
        table.add_column(heading)
    for shelf, stock in sorted(observer.shelves.items()):
        for gtin, item in sorted(stock.items.items()):
            table.add_row(shelf, gtin, _count(item.count), _bar(item))
    return table


def alerts(observer: Observer) -> Table:
    """Draw the alerts that stand."""
    table = Table(title="Alerts", title_justify="left")
    for heading in ("state", "", ""):
        table.add_column(heading)
    for alert in observer.open_alerts()[:6]:
        table.add_row(alert.state.value, alert.text.zh, alert.text.en)
    return table


def _count(count: int | None) -> str:
    return "?" if count is None else str(count)


def _wait(queue: QueueData) -> str:
    if queue.wait_s is None:
        return "?"
    high = "" if queue.wait_p90_s is None else f" (90 %: {queue.wait_p90_s:.0f} s)"
    return f"{queue.wait_s:.0f} s{high}"


def _bar(item: StockItem) -> Text:
    if item.count is None:
        return Text("unknown", style="dim")
    low = item.min is not None and item.count <= item.min
    full = item.capacity or max(item.count, 1)
    text = "█" * item.count + "·" * max(0, full - item.count)
    return Text(text[:40], style="red" if low else "green")
