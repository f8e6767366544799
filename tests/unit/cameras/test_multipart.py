from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.cameras.multipart import MultipartParser, Part, jpeg_size


def stream(bodies: list[bytes], *, length: bool) -> bytes:
    out = b""
    for body in bodies:
        head = f"Content-Length: {len(body)}\r\n" if length else ""
        out += b"--cam\r\nContent-Type: image/jpeg\r\n" + head.encode() + b"\r\n" + body + b"\r\n"
    return out + b"--cam"


bodies = st.lists(
    st.binary(min_size=1, max_size=200).filter(lambda b: b"--cam" not in b), max_size=8
)


@given(bodies, st.booleans(), st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_parts_survive_any_cutting(parts: list[bytes], with_length: bool, cuts: list[int]) -> None:
    parser = MultipartParser("cam")
    data = stream(parts, length=with_length)
    found: list[Part] = []
    turn = 0
    while data:
        size = cuts[turn % len(cuts)]
        turn += 1
        found += parser.feed(data[:size])
        data = data[size:]
    assert [p.body for p in found] == parts


@given(st.binary(max_size=300).filter(lambda b: b"--cam" not in b), bodies)
def test_garbage_before_a_boundary_loses_nothing_after_it(
    garbage: bytes, parts: list[bytes]
) -> None:
    found = list(MultipartParser("cam").feed(garbage + stream(parts, length=True)))
    assert [p.body for p in found] == parts


@given(st.lists(st.binary(max_size=100), max_size=50))
def test_random_bytes_never_raise_and_never_pile_up(chunks: list[bytes]) -> None:
    parser = MultipartParser("c", max_part=200)
    for chunk in chunks:
        for part in parser.feed(chunk):
            assert len(part.body) <= 400


@pytest.mark.parametrize("boundary", ["cam", "--cam", '"cam"'])
def test_boundary_is_understood_as_cameras_write_it(boundary: str) -> None:
    assert [p.body for p in MultipartParser(boundary).feed(stream([b"x"], length=True))] == [b"x"]


def test_endless_part_is_thrown_away_and_counted() -> None:
    parser = MultipartParser("cam", max_part=100)
    assert list(parser.feed(b"--cam\r\n\r\n" + b"x" * 300)) == []
    assert parser.garbage == 1
    assert [p.body for p in parser.feed(stream([b"ok"], length=True))] == [b"ok"]


def test_timestamp_of_the_camera_is_kept() -> None:
    parser = MultipartParser("cam")
    parts = parser.feed(b"--cam\r\nX-Timestamp: 12.5\r\nContent-Length: 1\r\n\r\nx\r\n")
    assert [p.stamp_s for p in parts] == [12.5]


def test_wrong_timestamp_is_no_timestamp() -> None:
    parser = MultipartParser("cam")
    parts = parser.feed(b"--cam\r\nX-Timestamp: noon\r\nContent-Length: 1\r\n\r\nx\r\n")
    assert [p.stamp_s for p in parts] == [None]


@given(st.binary(max_size=200))
def test_size_of_garbage_is_none_or_a_size(data: bytes) -> None:
    jpeg_size(b"\xff\xd8" + data + b"\xff\xd9")
