"""LLRP on bytes: framing, parameters, reports, ROSpecs, events."""

from __future__ import annotations

import contextlib
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.rfid.llrp.capabilities import Capabilities, parse_capabilities
from hardware.rfid.llrp.events import (
    ReaderEvent,
    parse_event,
    parse_keepalive_ms,
    parse_supported_version,
    parse_wanted_events,
    reader_config,
)
from hardware.rfid.llrp.frames import (
    MAX_FRAME_BYTES,
    ContentError,
    Frame,
    FrameSplitter,
    FramingError,
    LlrpError,
)
from hardware.rfid.llrp.parameters import LlrpStatus, find_status, tlv, tv, walk
from hardware.rfid.llrp.reports import (
    ReportDecoder,
    TagReport,
    impinj_peak_rssi,
    tag_report_data,
)
from hardware.rfid.llrp.rospec import AirSettings, RoSpec, parse_rospecs
from hardware.rfid.llrp.types import EventType, Msg, Param, RoSpecState, Status, Version

frames = st.builds(
    Frame,
    type=st.integers(0, 1023),
    message_id=st.integers(0, 2**32 - 1),
    body=st.binary(max_size=60),
    version=st.sampled_from([Version.V1_0_1, Version.V1_1]),
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 500), max_size=12))
def test_frames_survive_any_splitting(sent: list[Frame], cuts: list[int]) -> None:
    splitter = FrameSplitter()
    data = b"".join(frame.to_bytes() for frame in sent)
    got = [frame for piece in pieces(data, cuts) for frame in splitter.feed(piece)]
    assert got == sent
    assert splitter.pending_bytes == 0


@given(frames, st.integers(1, 9))
def test_a_truncated_frame_waits_for_its_rest(frame: Frame, missing: int) -> None:
    data = frame.to_bytes()
    splitter = FrameSplitter()
    assert list(splitter.feed(data[:-missing])) == []
    assert list(splitter.feed(data[-missing:])) == [frame]


@pytest.mark.parametrize("length", [0, 9, MAX_FRAME_BYTES + 1, 2**32 - 1])
def test_an_impossible_length_ends_the_stream(length: int) -> None:
    good = Frame(Msg.KEEPALIVE, 1, b"")
    bad = struct.pack(">HII", 1 << 10 | 61, length, 7)
    got = FrameSplitter().feed(good.to_bytes() + bad)
    assert next(got) == good, "what came before still counts"
    with pytest.raises(FramingError, match=f"expected 10 to .*, found {length}"):
        next(got)


def test_another_protocol_is_noticed() -> None:
    with pytest.raises(FramingError, match="message length"):
        list(FrameSplitter().feed(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(FramingError, match="version: expected 1 or 2, found 5"):
        list(FrameSplitter().feed(struct.pack(">HII", 5 << 10, 10, 1)))


epcs = st.binary(max_size=31).map(lambda raw: raw.hex().upper())
words = st.none() | st.integers(0, 0xFFFF)
stamps = st.none() | st.integers(0, 2**64 - 1)
reports = st.builds(
    TagReport,
    epc=epcs,
    pc=words,
    antenna=words,
    rssi_dbm=st.none() | st.integers(-128, 127).map(float),
    channel=words,
    first_us=stamps,
    last_us=stamps,
    seen_count=words,
    uptime=st.booleans(),
).map(lambda r: r if r.last_us is not None or r.first_us is not None else r._replace(uptime=False))


@given(st.lists(st.lists(reports, max_size=5), max_size=4))
def test_reports_of_any_mixture_are_read_back(messages: list[list[TagReport]]) -> None:
    decoder = ReportDecoder()
    for sent in messages:
        assert decoder.decode(b"".join(map(tag_report_data, sent))) == sent


@given(st.integers(1, 40), st.integers(0, 3))
def test_a_uniform_report_takes_the_fast_way_to_the_same_result(n: int, repeat: int) -> None:
    sent = [
        TagReport(f"30{i:022X}", 0x3000, 1 + i % 4, -50.0 - i, 3, 10**15 + i, 10**15 + i, 2)
        for i in range(n)
    ]
    body = b"".join(map(tag_report_data, sent))
    decoder = ReportDecoder()
    for _ in range(1 + repeat):
        assert decoder.decode(body) == sent


def test_uptime_is_told_from_utc() -> None:
    sent = TagReport("AABB", first_us=5, last_us=9, uptime=True)
    assert ReportDecoder().decode(tag_report_data(sent)) == [sent]


def test_impinj_rssi_in_hundredths_wins() -> None:
    body = tag_report_data(TagReport("AABB", rssi_dbm=-52.0), impinj_peak_rssi(-51.63))
    assert ReportDecoder().decode(body)[0].rssi_dbm == -51.63


def test_parameters_that_nobody_needs_are_passed_over() -> None:
    extra = (
        tv(Param.ROSPEC_ID, bytes(4))
        + tlv(1023, struct.pack(">IIH", 161, 4, 7))
        + tlv(349, b"\0\0\1\0\1\xab\xcd")
    )
    body = tag_report_data(TagReport("AABB", antenna=3), extra)
    more = tag_report_data(TagReport("AABB", antenna=4), extra)
    decoder = ReportDecoder()
    assert [r.antenna for r in decoder.decode(body + more)] == [3, 4]
    assert [r.antenna for r in decoder.decode(tlv(1000, b"x") + body)] == [3]


def test_a_tag_of_the_same_length_and_another_layout_is_not_misread() -> None:
    one = TagReport("AABB", antenna=1, channel=2)
    two = TagReport("AABB", antenna=3, seen_count=4)
    body = tag_report_data(one) * 2 + tag_report_data(two) + tag_report_data(one)
    decoder = ReportDecoder()
    for _ in range(2):
        assert decoder.decode(body) == [one, one, two, one]


def test_a_decoder_remembers_a_bounded_number_of_layouts() -> None:
    decoder = ReportDecoder()
    for size in range(300):
        epc = "AB" * (size % 250)
        body = tag_report_data(TagReport(epc), tlv(1000, bytes(size)))
        assert decoder.decode(body)[0].epc == epc


@given(st.binary(max_size=200))
def test_any_bytes_as_a_report_are_read_or_refused(body: bytes) -> None:
    try:
        ReportDecoder().decode(body)
    except ContentError as error:
        assert "expected" in str(error)  # noqa: PT017 - either way is right, a crash is not


@given(st.lists(reports, min_size=1, max_size=3), st.data())
def test_a_damaged_report_is_read_or_refused(sent: list[TagReport], data: st.DataObject) -> None:
    body = bytearray(b"".join(map(tag_report_data, sent)))
    decoder = ReportDecoder()
    decoder.decode(bytes(body))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(body[: data.draw(st.integers(0, len(body)))])
    with contextlib.suppress(ContentError):
        decoder.decode(cut)
    assert decoder.decode(b"".join(map(tag_report_data, sent))) == sent


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"\x00\xf0\x00", "expected 4 bytes of header, found 3"),
        (b"\x00\xf0\x00\x03", "expected a length of 4 to 4, found 3"),
        (b"\x00\xf0\xff\xff", "expected a length of 4 to 4, found 65535"),
        (b"\xc0", "expected a known TV type, found 64"),
        (b"\x8d\x01", "expected 12 bytes, found 1"),
        (tlv(240, tlv(241, b"\x00")), "expected 2 bytes, found 1"),
        (tlv(240, tlv(241, b"\xff\xff\x00")), "expected 8194 bytes, found 3"),
        (tlv(240, tlv(1023, b"\x00")), "expected a vendor"),
    ],
)
def test_a_bad_report_is_named(body: bytes, part: str) -> None:
    with pytest.raises(ContentError, match="expected") as caught:
        ReportDecoder().decode(body)
    assert part in str(caught.value)


rospecs = st.builds(
    RoSpec,
    id=st.integers(1, 2**32 - 1),
    antennas=st.lists(st.integers(0, 64), min_size=1, max_size=8).map(tuple),
    report_tags=st.integers(0, 0xFFFF),
    content=st.integers(0, 0xFFFF),
    pc_bits=st.booleans(),
    impinj_rssi=st.booleans(),
    immediate=st.booleans(),
    state=st.sampled_from(list(RoSpecState)),
)


@given(st.lists(rospecs, max_size=3))
def test_rospecs_are_read_back(sent: list[RoSpec]) -> None:
    body = LlrpStatus(Status.SUCCESS, "").to_bytes() + b"".join(s.to_bytes() for s in sent)
    assert parse_rospecs(body) == sent


def test_air_settings_are_well_formed_parameters() -> None:
    air = AirSettings(session=2, rf_mode=1002, power_index=81, hop_table=1, vendor=b"\xfc\x01")
    (spec,) = walk(RoSpec(1, air=air).to_bytes())
    assert spec.type == Param.ROSPEC
    assert parse_rospecs(RoSpec(1, air=air).to_bytes())[0].antennas == (0,)


@given(
    st.builds(
        Capabilities,
        antennas=st.integers(0, 64),
        vendor=st.integers(0, 2**32 - 1),
        model=st.integers(0, 2**32 - 1),
        firmware=st.text(max_size=20),
        has_utc=st.booleans(),
        power_dbm=st.lists(
            st.tuples(st.integers(0, 255), st.integers(-100, 400).map(lambda d: d / 10)),
            max_size=5,
        ).map(tuple),
        hopping=st.just(value=True),
        hop_table=st.integers(0, 255),
    )
)
def test_capabilities_are_read_back(sent: Capabilities) -> None:
    assert parse_capabilities(sent.to_bytes()) == sent


def test_power_is_never_above_what_was_asked() -> None:
    found = Capabilities(power_dbm=((1, 10.0), (2, 20.0), (3, 30.0)))
    assert found.power_index(25.0) == 2
    assert found.power_index(30.0) == 3
    assert found.power_index(5.0) == 1
    assert Capabilities().power_index(20.0) is None


@given(
    st.builds(
        ReaderEvent,
        time_us=st.integers(0, 2**64 - 1),
        uptime=st.booleans(),
        connection=st.none() | st.integers(0, 4),
        closing=st.booleans(),
        rospec=st.none() | st.tuples(st.integers(0, 2), st.integers(0, 2**32 - 1)),
        antenna=st.none() | st.tuples(st.booleans(), st.integers(0, 64)),
        exception=st.none() | st.text(max_size=20),
        overflow=st.booleans(),
    )
)
def test_events_are_read_back(sent: ReaderEvent) -> None:
    assert parse_event(sent.to_bytes()) == sent


def test_settings_are_read_back() -> None:
    assert parse_keepalive_ms(reader_config(2500)) == 2500
    assert parse_keepalive_ms(b"\0") is None
    assert parse_wanted_events(reader_config(2500))[EventType.ROSPEC] is True
    assert parse_wanted_events(b"\0") == {}
    assert parse_supported_version(b"\1\2" + LlrpStatus(0, "").to_bytes()) == (1, 2)
    assert find_status(LlrpStatus(101, "no such antenna").to_bytes()) == (101, "no such antenna")


@given(st.binary(max_size=80))
def test_no_bytes_break_any_parser(body: bytes) -> None:
    for parse in (
        parse_event,
        parse_capabilities,
        parse_rospecs,
        parse_keepalive_ms,
        parse_wanted_events,
        parse_supported_version,
        find_status,
    ):
        try:
            parse(body)
        except LlrpError:
            continue
