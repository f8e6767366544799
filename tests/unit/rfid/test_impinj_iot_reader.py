"""The driver of Impinj's IoT device interface, over sockets."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.interfaces import ReaderState
from hardware.rfid import TlsFiles
from hardware.rfid.impinj_events import reader_status, tag_report
from tests.unit.rfid.certificates import certificate
from tests.unit.rfid.clients import Client, client, run
from tests.unit.rfid.iot_server import IotServer

EPC = "3034257BF7194E4000001A85"


@asynccontextmanager
async def reading(**settings: object) -> AsyncIterator[tuple[IotServer, Client]]:
    """A server, and a driver that has its stream open."""
    async with IotServer() as sim, client(sim.url, **settings) as opened:
        await opened.until(lambda: opened.reader.state is ReaderState.OK)
        yield sim, opened


def test_tags_of_the_stream_become_reads() -> None:
    async def test() -> None:
        settings = {"antennas": (1, 2), "power_dbm": 27.5, "session": 2, "search_mode": "dual"}
        async with reading(username="root", password="secret", **settings) as (sim, opened):
            sim.tag(EPC.lower(), 2, lastSeenTime="2026-01-31T09:30:00.123456789Z")
            await opened.until(lambda: bool(opened.reads))
            read = opened.reads[0]
            assert (read.epc, read.antenna, read.rssi_dbm, read.count) == (EPC, 2, -52.34, 1)
            assert read.reader == "r1"
            assert sim.authorization == f"Basic {base64.b64encode(b'root:secret').decode()}"
            assert sim.requests["POST /profiles/stop"] == 1
            antennas = sim.inventory["antennaConfigs"]
            assert [antenna["antennaPort"] for antenna in antennas] == [1, 2]
            assert antennas[0]["transmitPowerCdbm"] == 2750
            assert antennas[0]["inventorySession"] == 2
            assert antennas[0]["inventorySearchMode"] == "dual-target"
            await opened.reader.close()
            assert sim.requests["POST /profiles/stop"] == 2, "no inventory goes on without us"

    run(test)


def test_lines_in_any_pieces_and_bad_ones_between() -> None:
    async def test() -> None:
        async with reading(antennas=(1,)) as (sim, opened):
            good = json.dumps({"tagInventoryEvent": {"epcHex": EPC, "antennaPort": 1}}).encode()
            status = b'{"eventType":"inventoryStatus","inventoryStatusEvent":{}}\n'
            sim.send(b"\r\n" + status + b"{broken\n[1]\n" + good[:20])
            await opened.until(lambda: opened.reader.counters.get("bad_report", 0) == 2)
            sim.send(good[20:] + b"\r\n")
            await opened.until(lambda: bool(opened.reads))
            assert opened.reads[0].epc == EPC
            assert opened.reads[0].rssi_dbm != opened.reads[0].rssi_dbm, "unknown, not zero"
            sim.tag(EPC, 7)
            sim.tag(EPC, 1, pc=base64.b64encode(b"\x31\x00").decode())
            await opened.until(lambda: opened.reader.counters.get("non_epc", 0) == 1)
            assert opened.reader.counters["unknown_antenna"] == 1
            assert opened.reader.state is ReaderState.OK

    run(test)


def test_an_endless_line_ends_the_session_and_reading_goes_on() -> None:
    async def test() -> None:
        async with reading() as (sim, opened):
            sim.send(b"x" * 70_000)
            await opened.until(lambda: opened.reader.counters.get("bad_frame", 0) == 1)
            await opened.until(lambda: sim.requests["GET /data/stream"] == 2)
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            sim.tag(EPC)
            await opened.until(lambda: bool(opened.reads))

    run(test)


def test_no_tag_is_no_silence_but_no_answer_is() -> None:
    async def test() -> None:
        async with reading(silent_after_s=1.0) as (sim, opened):
            # No tag is sent, so each batch is the answer to a question how the reader is. The
            # server counts a question before its answer is read: only batches tell of answers.
            await opened.until(lambda: opened.batches >= 2)
            assert opened.reads == []
            assert sim.requests["GET /data/stream"] == 1, "all in one session"
            assert opened.reader.state is ReaderState.OK
            sim.frozen = True
            await opened.until(lambda: opened.reader.state is ReaderState.SILENT)
            sim.frozen = False
            await opened.until(lambda: opened.reader.state is ReaderState.OK)

    run(test)


def test_an_inventory_that_somebody_stopped_is_started_again() -> None:
    async def test() -> None:
        async with reading(silent_after_s=0.4) as (sim, opened):
            sim.status = "idle"
            await opened.until(lambda: opened.reader.counters.get("inventory_lost", 0) == 1)
            await opened.until(lambda: sim.status == "running")

    run(test)


def test_a_cut_connection_is_made_again() -> None:
    async def test() -> None:
        async with reading() as (sim, opened):
            sim.cut()
            await opened.until(lambda: opened.reader.state is ReaderState.LOST)
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            assert opened.reader.counters["reconnects"] == 1

    run(test)


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/status", 401, "wrong username or password"),
        ("/profiles/inventory/start", 409, "status 409: another preset runs"),
        ("/data/stream", 503, "GET /data/stream: status 503"),
    ],
)
def test_a_refusal_is_named(path: str, status: int, part: str) -> None:
    async def test() -> None:
        async with IotServer() as sim:
            sim.refuse[path] = (status, b"another  preset\nruns")
            async with client(sim.url, username="root", password="secret") as opened:
                await opened.until(lambda: opened.reader.state is ReaderState.LOST)
                assert part in opened.reader.detail
                assert "secret" not in opened.reader.detail
                sim.refuse.clear()
                await opened.until(lambda: opened.reader.state is ReaderState.OK)

    run(test)


def test_what_is_no_http_is_named() -> None:
    async def test() -> None:
        async with IotServer() as sim:
            sim.refuse["/status"] = (200, b"")
            secure = sim.url.replace("http://", "https://")
            async with client(secure) as opened:
                await opened.until(lambda: opened.reader.state is ReaderState.LOST)
                assert opened.reader.detail

    run(test)


def test_https(tmp_path: Path) -> None:
    ca, cert, key = certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    async def test() -> None:
        async with IotServer(context) as sim, client(sim.url, tls=TlsFiles(ca=ca)) as opened:
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            sim.tag(EPC)
            await opened.until(lambda: bool(opened.reads))

    run(test)


def test_an_epc_in_base64_is_read_too() -> None:
    epc = base64.urlsafe_b64encode(bytes.fromhex(EPC)).decode()
    report = tag_report(json.dumps({"tagInventoryEvent": {"epc": epc}}).encode())
    assert report is not None
    assert report.epc == EPC
    assert report.antenna is None


@pytest.mark.parametrize(
    ("tag", "part"),
    [
        ({"epcHex": "30ZZ"}, "tagInventoryEvent.epcHex"),
        ({"epcHex": 5}, "tagInventoryEvent.epcHex"),
        ({"antennaPort": "one"}, "tagInventoryEvent.antennaPort"),
        ({"peakRssiCdbm": 1e9}, "tagInventoryEvent.peakRssiCdbm"),
        ({"lastSeenTime": "yesterday"}, "tagInventoryEvent.lastSeenTime"),
    ],
)
def test_a_bad_field_is_named(tag: dict[str, object], part: str) -> None:
    with pytest.raises(ValueError, match="found") as caught:
        tag_report(json.dumps({"tagInventoryEvent": tag}).encode())
    assert part in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["epcHex", "epc", "pc", "antennaPort", "lastSeenTime"]), JSON)
)
def test_any_tag_is_read_or_refused(tag: dict[str, object]) -> None:
    line = json.dumps({"tagInventoryEvent": tag}).encode()
    try:
        report = tag_report(line)
    except ValueError:
        return
    assert report is not None


@given(st.binary(max_size=60))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    assert isinstance(reader_status(line), str)
    try:
        tag_report(line)
    except ValueError:
        return
