"""Our codec on the bytes of independent implementations, recorded by record_llrp.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.rfid.llrp.capabilities import parse_capabilities
from hardware.rfid.llrp.events import parse_event
from hardware.rfid.llrp.frames import Frame, FrameSplitter
from hardware.rfid.llrp.parameters import find_status
from hardware.rfid.llrp.reports import ReportDecoder
from hardware.rfid.llrp.rospec import parse_rospecs
from hardware.rfid.llrp.types import IMPINJ_PEN, Msg, RoSpecState
from simulators.llrp_reader.machine import ReaderMachine, ReaderModel

FOLDER = Path(__file__).parent / "llrp"


def frames(name: str, piece: int) -> Iterator[Frame]:
    """Give the recorded messages, the bytes arriving in pieces."""
    data = (FOLDER / name).read_bytes()
    splitter = FrameSplitter()
    for start in range(0, len(data), piece):
        yield from splitter.feed(data[start : start + piece])


@pytest.mark.parametrize("piece", [1, 37, 4096])
def test_tags_of_llrpkits_reader_are_those_that_llrpkit_sees(piece: int) -> None:
    decoder = ReportDecoder()
    reports = [
        report
        for frame in frames("llrpkit_reader.bin", piece)
        if frame.type == Msg.RO_ACCESS_REPORT
        for report in decoder.decode(frame.body)
    ]
    expected = json.loads((FOLDER / "llrpkit_reader.json").read_text())
    assert len(expected) >= 60
    assert {len(tag["epc"]) for tag in expected} == {24, 52}
    assert [{key: getattr(report, key) for key in expected[0]} for report in reports] == expected


def test_all_small_reports_together_are_one_large_one() -> None:
    bodies = [
        frame.body
        for frame in frames("llrpkit_reader.bin", 4096)
        if frame.type == Msg.RO_ACCESS_REPORT
    ]
    one_by_one = [report for body in bodies for report in ReportDecoder().decode(body)]
    assert ReportDecoder().decode(b"".join(bodies)) == one_by_one


def test_llrpkits_reader_greets_and_tells_what_it_can() -> None:
    got = {frame.type: frame for frame in frames("llrpkit_reader.bin", 4096)}
    assert parse_event(got[Msg.READER_EVENT_NOTIFICATION].body).time_us is not None
    found = parse_capabilities(got[Msg.GET_READER_CAPABILITIES_RESPONSE].body)
    assert (found.vendor, found.model, found.antennas) == (IMPINJ_PEN, 700, 4)
    assert found.firmware.startswith("llrpkit-emu")
    assert found.power_dbm[0] == (1, 10.0)
    assert found.power_dbm[-1] == (21, 30.0)
    assert found.hopping
    assert find_status(got[Msg.ADD_ROSPEC_RESPONSE].body).ok
    assert Msg.KEEPALIVE in got
    # It does not know the version messages of LLRP 1.1.
    assert not find_status(got[Msg.ERROR_MESSAGE].body).ok


@pytest.mark.parametrize("name", ["llrpkit_client.bin", "sllurp_client.bin"])
def test_our_reader_does_what_other_clients_ask(name: str) -> None:
    machine = ReaderMachine(ReaderModel())
    active = []
    for number, frame in enumerate(frames(name, 4096)):
        answers = machine.handle(frame, number)
        assert all(answer.type != Msg.ERROR_MESSAGE for answer in answers), frame.name
        if frame.type == Msg.ADD_ROSPEC:
            (spec,) = parse_rospecs(frame.body)
            assert spec.antennas == (1, 2)
            assert spec.state is RoSpecState.DISABLED
        active += machine.active
    assert active, "its inventory ran"
