"""The LLRP driver against the simulated reader, over sockets."""

from __future__ import annotations

import asyncio
import ssl
import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from hardware.interfaces import ReaderState, TagReader
from hardware.rfid import ReaderOptions, TlsFiles, open_reader
from hardware.rfid.llrp.events import ReaderEvent
from hardware.rfid.llrp.frames import Frame
from hardware.rfid.llrp.parameters import LlrpStatus
from hardware.rfid.llrp.reports import TagReport, tag_report_data
from hardware.rfid.llrp.rospec import RoSpec
from hardware.rfid.llrp.types import IMPINJ_PEN, Msg, RoSpecState, Status, Version
from simulators.llrp_reader import LlrpServer, ReaderModel, SimpleField
from simulators.llrp_reader.control import control_routes
from simulators.llrp_reader.field import PlacedTag
from simulators.llrp_reader.machine import GENERIC
from tests.unit.rfid.certificates import certificate
from tests.unit.rfid.clients import client, run

EPCS = [f"3034257BF7194E40000{i:05X}" for i in range(8)]


def shelf() -> SimpleField:
    field = SimpleField(round_s=0.02, seed=7)
    for number, epc in enumerate(EPCS):
        field.put(epc, PlacedTag(1 + number % 4, rssi_dbm=-50.0 - number))
    return field


def server(field: SimpleField | None = None, **settings: object) -> LlrpServer:
    return LlrpServer(field or shelf(), epoch_s=0.02, **settings)


def now_us() -> int:
    return round(time.time() * 1e6)


def test_reads_come_with_place_strength_and_time() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url, antennas=(1, 2, 3, 4)) as opened:
            assert isinstance(opened.reader, TagReader)
            await opened.until(lambda: {read.epc for read in opened.reads} == set(EPCS))
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            assert opened.reader.detail.startswith("LLRP 1.1")
            for read in opened.reads:
                number = EPCS.index(read.epc)
                assert read.reader == "r1"
                assert read.antenna == 1 + number % 4
                assert abs(read.rssi_dbm + 50.0 + number) < 10
                assert read.count == 1
                assert 0 <= asyncio.get_running_loop().time() - read.t_s < 20
            assert opened.reader.counters == {"reads": len(opened.reads)}

    run(test)


def test_an_empty_field_still_gives_signs_of_life() -> None:
    async def test() -> None:
        async with server(SimpleField()) as sim, client(sim.url, silent_after_s=0.4) as opened:
            await opened.until(lambda: sim.counters["GET_ROSPECS"] >= 2)
            assert opened.reader.state is ReaderState.OK
            assert opened.batches > 3
            assert opened.reads == []
            assert sim.counters["KEEPALIVE_ACK"] >= 3

    run(test)


@pytest.mark.parametrize("version", list(Version))
def test_the_version_is_negotiated(version: Version) -> None:
    async def test() -> None:
        model = ReaderModel(highest_version=version)
        async with server(model=model) as sim, client(sim.url) as opened:
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            expected = {Version.V1_0_1: "LLRP 1.0.1,", Version.V1_1: "LLRP 1.1,"}[version]
            assert opened.reader.detail.startswith(expected)

    run(test)


def test_a_reader_that_hangs_up_at_the_version_is_not_asked_again() -> None:
    async def test() -> None:
        async with server() as sim:
            handle = sim.machine.handle

            def old_reader(frame: Frame, now_us: int) -> list[Frame]:
                if frame.type == Msg.GET_SUPPORTED_VERSION:
                    sim.cut()
                    return []
                return handle(frame, now_us)

            sim.machine.handle = old_reader
            async with client(sim.url) as opened:
                await opened.until(lambda: bool(opened.reads))
                assert opened.reader.detail.startswith("LLRP 1.0.1,")
                assert sim.counters["GET_SUPPORTED_VERSION"] == 1

    run(test)


def test_a_reader_that_does_not_tell_its_rospecs_is_left_to_read() -> None:
    async def test() -> None:
        async with server(SimpleField()) as sim:
            handle = sim.machine.handle

            def refuse(frame: Frame, now_us: int) -> list[Frame]:
                if frame.type == Msg.GET_ROSPECS:
                    body = LlrpStatus(Status.DEVICE_ERROR, "busy").to_bytes()
                    return [Frame(Msg.GET_ROSPECS_RESPONSE, frame.message_id, body)]
                return handle(frame, now_us)

            sim.machine.handle = refuse
            async with client(sim.url, silent_after_s=0.4) as opened:
                await opened.until(lambda: opened.reader.counters.get("inventory_unknown", 0) >= 2)
                assert opened.reader.state is ReaderState.OK
                assert "reconnects" not in opened.reader.counters

    run(test)


def test_an_impinj_reader_gives_hundredths_of_a_dbm() -> None:
    async def test() -> None:
        model = ReaderModel(capabilities=GENERIC.with_vendor(IMPINJ_PEN, 2001002))
        settings = {"search_mode": "dual", "session": 2}
        async with server(model=model) as sim, client(sim.url, **settings) as opened:
            await opened.until(lambda: len(opened.reads) > 20)
            assert any(read.rssi_dbm != round(read.rssi_dbm) for read in opened.reads)

    run(test)


@pytest.mark.parametrize("uptime", [False, True])
@pytest.mark.parametrize("offset_s", [-3600.0, 3600.0])
def test_a_clock_an_hour_off_moves_no_read(offset_s: float, uptime: bool) -> None:
    async def test() -> None:
        model = ReaderModel(clock_offset_s=offset_s if not uptime else 0.0, uptime=uptime)
        async with server(model=model) as sim, client(sim.url) as opened:
            started_s = asyncio.get_running_loop().time()
            await opened.until(lambda: len(opened.reads) > 30)
            now_s = asyncio.get_running_loop().time()
            assert all(started_s - 1 < read.t_s <= now_s for read in opened.reads)
            assert "clock_jump" not in opened.reader.counters

    run(test)


def test_a_clock_that_is_set_while_we_read_is_counted_and_followed() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url) as opened:
            await opened.until(lambda: bool(opened.reads))
            sim.machine.model = ReaderModel(clock_offset_s=3600.0)
            await opened.until(lambda: opened.reader.counters.get("clock_jump", 0) == 1)
            opened.reads.clear()
            await opened.until(lambda: len(opened.reads) > 20)
            now_s = asyncio.get_running_loop().time()
            assert all(now_s - 5 < read.t_s <= now_s for read in opened.reads)

    run(test)


def test_a_frozen_reader_is_silent_and_comes_back() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url, silent_after_s=0.5) as opened:
            await opened.until(lambda: bool(opened.reads))
            sim.faults.frozen = True
            await opened.until(lambda: opened.reader.state is ReaderState.SILENT)
            assert opened.reader.counters["silent"] >= 1
            sim.faults.frozen = False
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            assert all(1.0 <= wait <= 30.0 for wait in opened.waits)

    run(test)


def test_keep_alives_do_not_hide_a_lost_inventory() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url, silent_after_s=0.5) as opened:
            await opened.until(lambda: bool(opened.reads))
            sim.machine.rospecs.clear()
            await opened.until(lambda: opened.reader.counters.get("inventory_lost", 0) == 1)
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))
            await opened.until(lambda: opened.reader.state is ReaderState.OK)

    run(test)


def test_a_rospec_that_the_reader_ends_is_started_again() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url) as opened:
            await opened.until(lambda: bool(opened.reads))
            event = ReaderEvent(now_us(), rospec=(1, 1))
            sim.send(Msg.READER_EVENT_NOTIFICATION, event.to_bytes())
            await opened.until(lambda: opened.reader.counters.get("inventory_lost", 0) == 1)
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))

    run(test)


def test_a_reboot_in_the_middle_of_a_rospec() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url) as opened:
            await opened.until(lambda: bool(opened.reads))
            sim.reboot()
            await opened.until(lambda: opened.reader.state is ReaderState.LOST)
            opened.reads.clear()
            await opened.until(lambda: bool(opened.reads))
            assert opened.reader.counters["reconnects"] >= 1

    run(test)


def test_what_a_former_client_left_is_cleaned_up() -> None:
    async def test() -> None:
        async with server() as sim:
            for number in (1, 7):
                sim.machine.rospecs[number] = RoSpec(number, state=RoSpecState.ACTIVE)
            async with client(sim.url) as opened:
                await opened.until(lambda: bool(opened.reads))
                assert list(sim.machine.rospecs) == [1]
                assert opened.reader.counters == {"reads": len(opened.reads)}

    run(test)


def test_closing_leaves_the_reader_free_and_quiet() -> None:
    async def test() -> None:
        async with server() as sim:
            async with client(sim.url) as opened:
                await opened.until(lambda: bool(opened.reads))
            async with client(sim.url) as again:
                await again.until(lambda: bool(again.reads))
            await again.until(lambda: not sim.connected)
            assert sim.machine.rospecs == {}
            assert sim.counters["CLOSE_CONNECTION"] == 2

    run(test)


def test_a_reader_that_another_client_holds_says_so() -> None:
    async def test() -> None:
        async with server() as sim, client(sim.url) as first, client(sim.url) as second:
            await first.until(lambda: bool(first.reads))
            await second.until(lambda: second.reader.state is ReaderState.LOST)
            assert "another client holds the reader" in second.reader.detail
            assert sim.counters["DELETE_ROSPEC"] == 1, "what the first runs is left alone"
            await first.reader.close()
            await second.until(lambda: bool(second.reads))

    run(test)


def test_no_reader_at_start_is_tried_ever_later() -> None:
    async def test() -> None:
        async with server() as sim:
            pass
        async with client(sim.url) as opened:
            await opened.until(lambda: len(opened.waits) >= 8)
            assert opened.reader.state is ReaderState.LOST
            assert f"127.0.0.1:{sim.port}" in opened.reader.detail
            waits = opened.waits[:8]
            assert all(1.0 <= wait <= 30.0 for wait in waits)
            assert min(waits[5:]) >= 15.0
            assert len(set(waits)) == len(waits), "there is jitter"

    run(test)


def test_bad_reports_and_foreign_tags_are_counted_and_the_rest_goes_on() -> None:
    async def test() -> None:
        field = shelf()
        iso = "E2801160600002054F4E1234"
        field.put(iso, PlacedTag(1, read_rate=1.0))
        async with server(field) as sim, client(sim.url, antennas=(1, 2, 3, 4)) as opened:
            sim.pc_words[iso] = 0x3100
            await opened.until(lambda: opened.reader.counters.get("non_epc", 0) >= 2)
            sim.send(Msg.RO_ACCESS_REPORT, b"\x00\xf0\xff\xff")
            sim.send(Msg.RO_ACCESS_REPORT, tag_report_data(TagReport("", antenna=1)))
            sim.send(Msg.RO_ACCESS_REPORT, tag_report_data(TagReport("AABB", antenna=9)))
            sim.send(Msg.RO_ACCESS_REPORT, tag_report_data(TagReport("AABB", antenna=None)))
            sim.send(Msg.READER_EVENT_NOTIFICATION, b"\x00\xf6")
            sim.send(999, b"?")
            event = ReaderEvent(now_us(), antenna=(False, 2), exception="hot", overflow=True)
            sim.send(Msg.READER_EVENT_NOTIFICATION, event.to_bytes())
            await opened.until(lambda: opened.reader.counters.get("report_overflow", 0) == 1)
            counters = dict(opened.reader.counters)
            assert counters.pop("non_epc") >= 3
            assert counters.pop("reads") > 0
            assert counters == {
                "bad_report": 1,
                "unknown_antenna": 2,
                "bad_event": 1,
                "unexpected_message": 1,
                "antenna_lost": 1,
                "reader_exception": 1,
                "report_overflow": 1,
            }
            assert opened.reader.state is ReaderState.OK
            assert {read.epc for read in opened.reads} <= set(EPCS)

    run(test)


def test_a_report_without_antenna_belongs_to_the_only_one() -> None:
    async def test() -> None:
        async with server(SimpleField()) as sim, client(sim.url, antennas=(3,)) as opened:
            await opened.until(lambda: opened.reader.state is ReaderState.OK)
            sim.send(Msg.RO_ACCESS_REPORT, tag_report_data(TagReport("AABB", seen_count=4)))
            await opened.until(lambda: bool(opened.reads))
            assert opened.reads[0].antenna == 3
            assert opened.reads[0].count == 4
            assert opened.reads[0].rssi_dbm != opened.reads[0].rssi_dbm, "unknown, not zero"

    run(test)


def test_tls(tmp_path: Path) -> None:
    ca, cert, key = certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    async def test() -> None:
        async with server(tls=context) as sim:
            assert sim.url.startswith("llrps://")
            async with client(sim.url, tls=TlsFiles(ca=ca)) as opened:
                await opened.until(lambda: bool(opened.reads))
            async with client(sim.url) as stranger:
                await stranger.until(lambda: stranger.reader.state is ReaderState.LOST)
                assert "certificate" in stranger.reader.detail.lower()
            async with client(sim.url, tls=TlsFiles(ca=tmp_path / "none.pem")) as missing:
                await missing.until(lambda: missing.reader.state is ReaderState.LOST)
                assert "none.pem" in missing.reader.detail

    run(test)


def test_commands_over_http_put_and_take_and_break() -> None:
    async def test() -> None:
        field = SimpleField(round_s=0.02)
        async with server(field) as sim, client(sim.url, silent_after_s=0.5) as opened:
            app = FastAPI()
            app.include_router(control_routes(sim, field))
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sim") as http:
                place = {"antenna": 2, "read_rate": 1.0}
                assert (await http.put(f"/tags/{EPCS[0]}", json=place)).status_code == 204
                await opened.until(lambda: bool(opened.reads))
                assert opened.reads[0].antenna == 2
                assert (await http.delete(f"/tags/{EPCS[0]}")).status_code == 204
                assert (await http.delete(f"/tags/{EPCS[0]}")).status_code == 404
                assert (await http.put("/tags/xyz", json=place)).status_code == 422
                await http.put("/faults", json={"frozen": True})
                await opened.until(lambda: opened.reader.state is ReaderState.SILENT)
                await http.put("/faults", json={})
                await opened.until(lambda: opened.reader.state is ReaderState.OK)
                await http.post("/reboot")
                await opened.until(lambda: opened.reader.state is ReaderState.LOST)
                await opened.until(lambda: opened.reader.state is ReaderState.OK)
                state = (await http.get("/state")).json()
                assert state["connected"]
                assert state["url"] == sim.url

    run(test)


@pytest.mark.parametrize(
    "source", ["", "tcp://host", "llrp://", "llrp://host:port", "10.0.0.1:5084"]
)
def test_a_source_that_no_driver_takes(source: str) -> None:
    with pytest.raises(ValueError, match=r"source|[Pp]ort"):
        open_reader(ReaderOptions("r1", source))


def test_default_ports_follow_the_protocol() -> None:
    assert ReaderOptions("r1", "llrp://reader.shop").address == ("reader.shop", 5084)
    assert ReaderOptions("r1", "llrps://reader.shop").address == ("reader.shop", 5085)
    assert ReaderOptions("r1", "llrp://reader.shop:7000").address == ("reader.shop", 7000)
