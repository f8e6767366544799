"""Setting a reader up: version, capabilities, clean-up, configuration, inventory."""

from __future__ import annotations

import contextlib
import struct

from hardware.rfid.conditions import Conditions
from hardware.rfid.connection import Connection, RefusedError
from hardware.rfid.llrp.capabilities import Capabilities, parse_capabilities
from hardware.rfid.llrp.events import parse_supported_version, reader_config
from hardware.rfid.llrp.rospec import AirSettings, RoSpec, parse_rospecs
from hardware.rfid.llrp.types import IMPINJ_PEN, Msg, RoSpecState, Version
from hardware.rfid.options import ReaderOptions
from hardware.rfid.vendors import search_mode_parameter

ROSPEC_ID = 1
ANSWER_S = 5.0

_ALL = struct.pack(">I", 0)
_OURS = struct.pack(">I", ROSPEC_ID)
_IMPINJ_ENABLE_EXTENSIONS = struct.pack(">IBI", IMPINJ_PEN, 21, 0)


async def negotiate_version(connection: Connection) -> None:
    """Agree on LLRP 1.1 where the reader knows it (section 9.1); else stay with 1.0.1.

    Raises:
        TimeoutError, ConnectionError: the reader gives no answer; it may be so old that it must
            not be asked.
    """
    # The question itself is a message of 1.1; a reader of 1.0.1 answers with an error.
    connection.version = Version.V1_1
    try:
        answer = await connection.request(
            Msg.GET_SUPPORTED_VERSION, timeout_s=ANSWER_S, status_at=2
        )
        current, highest = parse_supported_version(answer.body)
        wanted = min(highest, Version.V1_1)
        if wanted != current:
            await connection.request(Msg.SET_PROTOCOL_VERSION, bytes((wanted,)), timeout_s=ANSWER_S)
    except RefusedError:
        wanted = Version.V1_0_1
    connection.version = Version(wanted) if wanted in tuple(Version) else Version.V1_0_1


async def set_up(
    connection: Connection, options: ReaderOptions, conditions: Conditions
) -> Capabilities:
    """Bring the reader into a known state and start the inventory.

    Raises:
        RefusedError, TimeoutError, ConnectionError: the reader does not take a step.
        hardware.rfid.llrp.frames.ContentError: an answer does not fit the standard.
    """

    async def ask(kind: Msg, body: bytes = b"") -> bytes:
        return (await connection.request(kind, body, timeout_s=ANSWER_S)).body

    found = parse_capabilities(await ask(Msg.GET_READER_CAPABILITIES, b"\0"))
    if found.vendor == IMPINJ_PEN:
        await connection.request(
            Msg.CUSTOM_MESSAGE, _IMPINJ_ENABLE_EXTENSIONS, timeout_s=ANSWER_S, status_at=5
        )
    await _clean_up(connection)
    keepalive_ms = max(100, int(options.silent_after_s * 1000 / 4))
    await ask(Msg.SET_READER_CONFIG, reader_config(keepalive_ms))
    await ask(Msg.ADD_ROSPEC, rospec(options, found, conditions).to_bytes())
    await ask(Msg.ENABLE_ROSPEC, _OURS)
    await ask(Msg.START_ROSPEC, _OURS)
    return found


async def _clean_up(connection: Connection) -> None:
    """Delete what another client, or we before a crash, left in the reader."""
    try:
        await connection.request(Msg.DELETE_ROSPEC, _ALL, timeout_s=ANSWER_S)
    except RefusedError:
        # Some readers call it an error when there is nothing to delete, some don't know "all".
        answer = await connection.request(Msg.GET_ROSPECS, timeout_s=ANSWER_S)
        for spec in parse_rospecs(answer.body):
            number = struct.pack(">I", spec.id)
            await connection.request(Msg.DELETE_ROSPEC, number, timeout_s=ANSWER_S)
    with contextlib.suppress(RefusedError):
        await connection.request(Msg.DELETE_ACCESSSPEC, _ALL, timeout_s=ANSWER_S)


async def inventory_is_active(connection: Connection, timeout_s: float) -> bool:
    """Ask whether our ROSpec still runs; raises as :meth:`Connection.request` does."""
    answer = await connection.request(Msg.GET_ROSPECS, timeout_s=timeout_s)
    return any(
        spec.id == ROSPEC_ID and spec.state is RoSpecState.ACTIVE
        for spec in parse_rospecs(answer.body)
    )


def rospec(options: ReaderOptions, found: Capabilities, conditions: Conditions) -> RoSpec:
    """Make the ROSpec of these options for a reader with these capabilities."""
    vendor = search_mode_parameter(found.vendor, options.search_mode)
    if vendor is None:
        conditions.note("option_ignored", f"search_mode {options.search_mode}: not of this maker")
    power = None if options.power_dbm is None else found.power_index(options.power_dbm)
    air = AirSettings(
        session=options.session,
        population=options.population,
        rf_mode=options.rf_mode,
        power_index=power,
        hop_table=found.hop_table if found.hopping else 0,
        channel=0 if found.hopping else 1,
        vendor=vendor or b"",
    )
    return RoSpec(
        ROSPEC_ID,
        antennas=options.antennas or (0,),
        report_tags=options.report_tags,
        air=air,
        impinj_rssi=found.vendor == IMPINJ_PEN,
    )
