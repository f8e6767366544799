"""Settings of one device, in the words that an installer writes.

Coordinates are fractions of the frame (0..1), so a zone survives a change of resolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator

from configs.loading import CrossChecked, Key, mappings
from configs.loading import load as load_yaml
from configs.settings import Gtin, Id, MqttSettings, Settings

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Fraction, Fraction]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]
Source = Annotated[str, Field(min_length=1)]


class QueueZone(Settings):
    """Where people wait for a lane; the first edge need not be the tail."""

    id: Id
    kind: Literal["queue"]
    lane: Id
    polygon: Polygon


class ServiceZone(Settings):
    """Where the person being served stands."""

    id: Id
    kind: Literal["service"]
    lane: Id
    polygon: Polygon


class StaffZone(Settings):
    """Where the cashier stands; people here are never shoppers."""

    id: Id
    kind: Literal["staff"]
    lane: Id
    polygon: Polygon


class DwellZone(Settings):
    """A zone whose visits are measured.

    Attributes:
        min_dwell_s: a shorter visit is a passer-by.
        facing: where the goods are, as fractions of the frame; measures attention towards it.
    """

    id: Id
    kind: Literal["dwell"]
    polygon: Polygon
    min_dwell_s: Annotated[float, Field(ge=0.0)] = 3.0
    facing: Point | None = None


class LineZone(Settings):
    """A directed line. ``in: left`` counts those who go to the left of its direction as in."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: Id
    kind: Literal["line"]
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    inward: Annotated[Literal["left", "right"], Field(alias="in")] = "left"


Zone = Annotated[
    QueueZone | ServiceZone | StaffZone | DwellZone | LineZone, Field(discriminator="kind")
]


class DetectorSettings(Settings):
    """Which network looks at a camera, and how.

    Attributes:
        model: name in models/manifest.toml.
        input: ``auto`` keeps the camera's aspect ratio, or width x height in multiples of 32.
        fit: keep the aspect ratio within that input (``letterbox``) or fill it (``stretch``);
            ``auto`` stretches by a few percent and no more.
        region: look at the whole ``frame``, or only where the ``zones`` are, which shows people
            larger to the network.
        margin: added around the zones, as a fraction of the frame.
        headroom: added above them, since a zone is where feet stand.
        threshold: lowest score of a detection that can start a track.
        threads: threads of onnxruntime.
    """

    model: str = "person"
    input: Annotated[str, Field(pattern=r"^(auto|[0-9]{2,4}x[0-9]{2,4})$")] = "auto"
    fit: Literal["auto", "letterbox", "stretch"] = "auto"
    region: Literal["frame", "zones"] = "frame"
    margin: Fraction = 0.1
    headroom: Fraction = 0.35
    threshold: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    threads: Annotated[int, Field(ge=1, le=64)] = 1

    @field_validator("input")
    @classmethod
    def _multiples(cls, text: str) -> str:
        if text != "auto" and any(int(side) % 32 or int(side) == 0 for side in text.split("x")):
            raise ValueError("auto, or multiples of 32, for example 640x352")
        return text


class CameraSettings(Settings):
    """One camera and the zones seen by it.

    Attributes:
        source: ``rtsp://``, ``http(s)://``, ``/dev/videoN`` or a file. ``${NAME}`` is replaced
            from the environment, so that no password stands in the config.
        fps: frames analysed a second.
        loop: start a file again at its end.
        reference: commissioning picture written by ``edge-agent probe --reference``, relative to
            the config file; the camera counts as moved when it sees something else.
    """

    id: Id
    source: Source
    fps: Annotated[float, Field(gt=0.0, le=60.0)] = 8.0
    loop: bool = False
    reference: Path | None = None
    detector: DetectorSettings = DetectorSettings()
    zones: tuple[Zone, ...] = ()

    @property
    def lanes(self) -> tuple[str, ...]:
        """Lanes of this camera in the order of the config."""
        return tuple(dict.fromkeys(z.lane for z in self.zones if isinstance(z, QueueZone)))


class TlsSettings(Settings):
    """Certificates for a connection to a reader.

    Attributes:
        ca: CA that signed the reader's certificate; without it those of the system.
        cert, key: certificate and key of this device, where the reader asks for them.
        check_host: the reader's certificate must name its host.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    check_host: bool = True


class ReaderSettings(Settings):
    """One RFID reader.

    Attributes:
        source: ``llrp://host[:5084]`` or ``llrps://host[:5085]`` (TLS), or ``http(s)://host`` for
            the Impinj IoT device interface.
        antennas: antenna port → shelf.
        silent_after_s: no report and no keep-alive for so long means that the reader is frozen.
        power_dbm: transmit power; without it the reader's own setting stays.
        session: Gen2 session; without it the reader's own setting stays.
        population: tags expected before one antenna.
        rf_mode: index in the reader's table of RF modes; without it the reader's own stays.
        search_mode: Impinj and Zebra readers: ``dual`` reads a tag again and again, ``single``
            rarely; Impinj also ``single_suppressed`` (TagFocus), once.
        tls: certificates for ``llrps`` and ``https``.
        username: user of the HTTP interface.
        password_env: name of the environment variable that holds its password.
    """

    id: Id
    source: Annotated[str, Field(pattern=r"^(llrp|llrps|http|https)://.+")]
    antennas: Annotated[dict[Annotated[int, Field(ge=1, le=65535)], Id], Field(min_length=1)]
    silent_after_s: Annotated[float, Field(gt=0.0)] = 10.0
    power_dbm: Annotated[float, Field(ge=0.0, le=36.0)] | None = None
    session: Annotated[int, Field(ge=0, le=3)] | None = None
    population: Annotated[int, Field(ge=1, le=32767)] = 32
    rf_mode: Annotated[int, Field(ge=0, le=65535)] | None = None
    search_mode: Literal["reader", "single", "dual", "single_suppressed"] | None = None
    tls: TlsSettings = TlsSettings()
    username: str | None = None
    password_env: str | None = None

    @field_validator("source")
    @classmethod
    def _has_address(cls, source: str) -> str:
        try:
            parts = urlsplit(source)
            if parts.hostname and (parts.port is None or parts.port > 0):
                return source
        except ValueError:
            pass
        raise ValueError("an address such as llrp://host:5084")


class Facing(Settings):
    """One GTIN in the planogram of a shelf.

    Attributes:
        capacity, min: pieces that fit, and below which the shelf is to be filled.
        style, colour, size: of clothes and shoes; a size that is missing among others of its
            style and colour is told.
    """

    gtin: Gtin
    capacity: Annotated[int, Field(ge=1)] | None = None
    min: Annotated[int, Field(ge=0)] = 0
    style: str | None = None
    colour: str | None = None
    size: str | None = None


class ShelfSettings(Settings):
    """One shelf, its planogram, and how far its alarms may be wrong.

    Attributes:
        area: sales floor, or back room.
        false_picks_per_day: how many picks that never were the store accepts from this shelf.
    """

    id: Id
    area: Literal["floor", "back"] = "floor"
    facings: tuple[Facing, ...] = ()
    false_picks_per_day: Annotated[float, Field(gt=0.0)] = 2.0


class OutboxSettings(Settings):
    """Where events wait until the gateway has them.

    Attributes:
        path: SQLite file; relative to the config file.
        keep: events kept at most; beyond it the oldest are dropped and counted.
    """

    path: Path = Path("outbox.sqlite")
    keep: Annotated[int, Field(ge=1000)] = 1_000_000


class DeviceConfig(Settings, CrossChecked):
    """Everything that one edge agent needs to know.

    Attributes:
        calibration: result of ``edge-agent shelves calibrate``; relative to the config file.
    """

    store: Id
    device: Id
    mqtt: MqttSettings = MqttSettings()
    outbox: OutboxSettings = OutboxSettings()
    cameras: tuple[CameraSettings, ...] = ()
    readers: tuple[ReaderSettings, ...] = ()
    shelves: tuple[ShelfSettings, ...] = ()
    calibration: Path | None = None
    publish_every_s: Annotated[float, Field(ge=0.1, le=60.0)] = 1.0

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """List ids used twice, lanes without a queue, and antennas to unknown shelves."""
        return [*_repeated_ids(data), *_lanes_without_queue(data), *_unknown_shelves(data)]


def _zones(data: Any) -> Iterator[tuple[Key, dict[str, Any]]]:
    for i, camera in mappings(data, "cameras"):
        for j, zone in mappings(camera, "zones"):
            yield ("cameras", i, "zones", j), zone


def _repeated_ids(data: Any) -> Iterator[tuple[Key, str, str]]:
    places: list[tuple[str, Key, Any]] = [
        (kind, (key, i), item.get("id"))
        for kind, key in (("camera", "cameras"), ("reader", "readers"), ("shelf", "shelves"))
        for i, item in mappings(data, key)
    ]
    places += [("zone", key, zone.get("id")) for key, zone in _zones(data)]
    seen: set[tuple[str, Any]] = set()
    for kind, key, name in places:
        if not isinstance(name, str):
            continue
        if (kind, name) in seen:
            yield (*key, "id"), f"a {kind} id used once", f"{name!r} a second time"
        seen.add((kind, name))


def _lanes_without_queue(data: Any) -> Iterator[tuple[Key, str, str]]:
    zones = list(_zones(data))
    queued = [zone.get("lane") for _, zone in zones if zone.get("kind") == "queue"]
    for key, zone in zones:
        if zone.get("kind") in {"service", "staff"} and zone.get("lane") not in queued:
            found = f"lane {zone.get('lane')!r} with none"
            yield (*key, "lane"), "a lane that has a zone of kind queue", found


def _unknown_shelves(data: Any) -> Iterator[tuple[Key, str, str]]:
    shelves = [shelf.get("id") for _, shelf in mappings(data, "shelves")]
    for i, reader in mappings(data, "readers"):
        antennas = reader.get("antennas")
        for port, shelf in antennas.items() if isinstance(antennas, dict) else ():
            if shelf not in shelves:
                key: Key = ("readers", i, "antennas", port)
                yield key, "the id of a shelf in shelves", repr(shelf)


def load(path: Path) -> DeviceConfig:
    """Read a device config.

    Raises:
        configs.loading.ConfigError: with every mistake in the file.
    """
    return load_yaml(path, DeviceConfig)
