"""Settings of a store's gateway, in the words of the people who run the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from configs.loading import CrossChecked, Key, mappings
from configs.loading import load as load_yaml
from configs.settings import Gtin, Id, MqttSettings, Settings
from gateway.alert_settings import AlertSettings, Day, Hours
from gateway.rule_settings import (
    HelpSettings,
    RestockSettings,
    RuleSettings,
    UnattendedSettings,
    WaitSettings,
)

Language = Literal["zh", "en"]
LaneKind = Literal["staffed", "express", "self_checkout"]
Label = Annotated[str, Field(min_length=1, max_length=60)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("a time zone such as Asia/Shanghai") from error
    return name


class Names(Settings):
    """What people call a thing, in Chinese and English."""

    zh: Label
    en: Label


class HttpSettings(Settings):
    """Where pages and API are served.

    Attributes:
        host: address to listen on; 127.0.0.1 is this machine alone.
        port: 0 takes any free port.
        public_url: how phones reach the gateway; put into links of notices.
        password_env: name of the environment variable that holds the hash of the staff's password,
            as ``store-gateway password`` prints it; without it everybody who reaches the address
            is taken for staff.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Annotated[str, Field(pattern=r"^https?://[^/]+.*$")] | None = None
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @property
    def is_local(self) -> bool:
        """True when nobody but this machine reaches it."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def open_to_all(self) -> str | None:
        """Say what is wrong when others reach it and nothing asks for a password."""
        if self.is_local or self.password_env is not None:
            return None
        return (
            f"http.host {self.host} without http.password_env: whoever reaches this address is"
            " taken for staff, may close alerts and set lanes; `store-gateway password` makes a"
            " hash for the variable that http.password_env names"
        )


class LaneSettings(Settings, CrossChecked):
    """One checkout lane.

    Attributes:
        number: what stands on the lane's sign; the id when left out.
        position: place from left to right as a shopper sees the lanes, in any unit.
        kind: decides which shoppers a screen may send here; lanes of a kind are forecast together.
        stations: machines of a self-checkout.
        wait, unattended: this lane's own settings of these rules; null turns a rule off here.
    """

    id: Id
    number: Annotated[str, Field(min_length=1, max_length=4)] | None = None
    name: Names | None = None
    position: float
    kind: LaneKind = "staffed"
    stations: Annotated[int, Field(ge=1, le=60)] = 1
    wait: WaitSettings | None = None
    unattended: UnattendedSettings | None = None

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """Only a self-checkout has stations."""
        stations = data.get("stations", 1) if isinstance(data, dict) else 1
        if stations == 1 or data.get("kind") == "self_checkout":
            return []
        return [(("stations",), "1, or kind: self_checkout", repr(stations))]

    @property
    def sign(self) -> str:
        """What stands on the lane's sign."""
        return self.number or self.id

    @property
    def names(self) -> Names:
        """The lane's name, made from its number when the config gives none."""
        return self.name or Names(zh=f"{self.sign}号收银台", en=f"Lane {self.sign}")


class ScreenSettings(Settings):
    """One screen at a lane.

    Attributes:
        mirrored: the screen is read from behind the lanes, so left and right swap.
        watched: staff are told when it does not follow the gateway.
    """

    id: Id
    lane: Id
    mirrored: bool = False
    watched: bool = False


class ShelfSettings(Settings):
    """One shelf as staff know it.

    Attributes:
        area: sales floor, or back room.
        walk: place in the walking route through the store; lower is earlier.
        restock: this shelf's own settings of the rule; null turns it off here.
    """

    id: Id
    name: Names
    area: Literal["floor", "back"] = "floor"
    walk: int = 0
    restock: RestockSettings | None = None


class ProductSettings(Settings):
    """One product.

    Attributes:
        style, size: products of one style are the same garment in several sizes.
    """

    gtin: Gtin
    name: Names
    style: Id | None = None
    size: Annotated[str, Field(min_length=1, max_length=12)] | None = None


class ZoneSettings(Settings):
    """One dwell zone as staff know it.

    Attributes:
        service: staff help shoppers here, so a long dwell means that help is wanted.
        shelves: shelves that stand here; whoever stops while one is empty may have wanted that.
        help: this zone's own settings of that rule; null turns it off here.
    """

    id: Id
    name: Names
    service: bool = False
    shelves: tuple[Id, ...] = ()
    help: HelpSettings | None = None


class LineSettings(Settings):
    """One line over which people come and go, as staff know it.

    Attributes:
        entrance: people come into the shop here and leave; false for a line inside of it.
    """

    id: Id
    name: Names
    entrance: bool = True


class CheckoutSettings(Settings):
    """What the manager promises at the checkouts, and how quickly lanes can follow.

    Attributes:
        promise: ``wait``: a share of shoppers waits at most ``wait_s``; ``one_plus_one``: for
            that share of the time at most one waits behind each one who is served.
        share: the share.
        wait_s: limit of the wait.
        open_s: time from asking for a lane until it serves.
        stay_s: shortest opening of a lane that makes sense.
        assistant_from: share of the self-checkout stations that has to be needed before an
            assistant is sent there.
    """

    promise: Literal["wait", "one_plus_one"] = "wait"
    share: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.8
    wait_s: Annotated[float, Field(gt=0.0)] = 120.0
    open_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 150.0
    stay_s: Annotated[float, Field(ge=0.0, le=7200.0)] = 600.0
    assistant_from: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85


class GatewayConfig(Settings, CrossChecked):
    """Everything that one gateway needs to know.

    Attributes:
        database: SQLite file; relative to the config file.
        timezone: of the opening hours and of what people read.
        opening_hours: day (mon … sun) → hours; a store without any is always open.
        stale_after_s: a state older than this is unknown.
        languages: languages of the pages; the first one is shown first.
        keep_days: events older than this are deleted.
        lines: the entrances of the shop, and lines inside of it; when left out, every line that a
            device reports is an entrance.
        screens: when left out, one screen ``lane-{id}`` for each lane.
    """

    store: Id
    name: Names | None = None
    mqtt: MqttSettings = MqttSettings()
    database: Path = Path("gateway.sqlite")
    http: HttpSettings = HttpSettings()
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("zh", "en")
    opening_hours: dict[Day, tuple[Hours, ...]] = Field(default_factory=dict)
    keep_days: Annotated[int, Field(ge=8)] = 400
    stale_after_s: Annotated[float, Field(ge=1.0, le=600.0)] = 10.0
    lanes: tuple[LaneSettings, ...] = ()
    checkouts: CheckoutSettings = CheckoutSettings()
    screens: tuple[ScreenSettings, ...] = ()
    shelves: tuple[ShelfSettings, ...] = ()
    products: tuple[ProductSettings, ...] = ()
    zones: tuple[ZoneSettings, ...] = ()
    lines: tuple[LineSettings, ...] = ()
    rules: RuleSettings = RuleSettings()
    alerts: AlertSettings = AlertSettings()

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """List repeated ids, and names of lanes or notifiers that do not exist."""
        return [
            *_repeats(data),
            *_screens_without_lane(data),
            *_zones_without_shelf(data),
            *_routes_to_nobody(data),
        ]

    @property
    def entrances(self) -> frozenset[str] | None:
        """Lines by which people come into the shop; None where every line is one."""
        return frozenset(x.id for x in self.lines if x.entrance) if self.lines else None

    @property
    def all_screens(self) -> tuple[ScreenSettings, ...]:
        """The screens, or one for each lane where the config names none."""
        return self.screens or tuple(
            ScreenSettings(id=f"lane-{lane.id}", lane=lane.id) for lane in self.lanes
        )


_NAMED_BY = {
    "lanes": "id",
    "screens": "id",
    "shelves": "id",
    "products": "gtin",
    "zones": "id",
    "lines": "id",
}


def _repeats(data: Any) -> Iterator[tuple[Key, str, str]]:
    for key, field in _NAMED_BY.items():
        seen: set[str] = set()
        for index, item in mappings(data, key):
            name = item.get(field)
            if isinstance(name, str) and name in seen:
                yield (key, index, field), f"each {field} once", f"{name!r} a second time"
            seen.add(str(name))


def _screens_without_lane(data: Any) -> Iterator[tuple[Key, str, str]]:
    lanes = [lane.get("id") for _, lane in mappings(data, "lanes")]
    for index, screen in mappings(data, "screens"):
        if screen.get("lane") not in lanes:
            yield ("screens", index, "lane"), "the id of a lane in lanes", repr(screen.get("lane"))


def _zones_without_shelf(data: Any) -> Iterator[tuple[Key, str, str]]:
    known = [shelf.get("id") for _, shelf in mappings(data, "shelves")]
    for index, zone in mappings(data, "zones"):
        shelves = zone.get("shelves")
        for place, shelf in enumerate(shelves if isinstance(shelves, list) else ()):
            if shelf not in known:
                key: Key = ("zones", index, "shelves", place)
                yield key, "the id of a shelf in shelves", repr(shelf)


def _routes_to_nobody(data: Any) -> Iterator[tuple[Key, str, str]]:
    alerts = data.get("alerts") if isinstance(data, dict) else None
    known = [notifier.get("id") for _, notifier in mappings(alerts, "notifiers")]
    for index, route in mappings(alerts, "routes"):
        if route.get("to") not in known:
            key: Key = ("alerts", "routes", index, "to")
            yield key, "the id of a notifier in alerts.notifiers", repr(route.get("to"))


def load(path: Path) -> GatewayConfig:
    """Read a gateway config; a relative database path starts at the config's folder.

    Raises:
        configs.loading.ConfigError: with every mistake in the file.
    """
    config = load_yaml(path, GatewayConfig)
    return config.model_copy(update={"database": path.parent / config.database})
