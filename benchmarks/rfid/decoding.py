"""Tags decoded a second, ours beside sllurp and llrpkit, on the same bytes.

The bytes are made by llrpkit, so none of the decoders reads what its own encoder wrote but that
one. Each decoder goes from the bytes of a message to an object a tag. Time is CPU time; the fastest
of several rounds counts, and the decoders take turns, so that a busy machine hits all alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from llrpkit.protocol import decode_message, messages, params
from sllurp.llrp import LLRPMessage

from hardware.rfid.llrp.frames import FrameSplitter
from hardware.rfid.llrp.reports import ReportDecoder

ROUNDS = 15
ROUND_S = 0.05


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a decoder was.

    Attributes:
        decoder: its name.
        tags: tags a report.
        tags_per_s: tags decoded a CPU second in the best round.
    """

    decoder: str
    tags: int
    tags_per_s: float


def report(tags: int) -> bytes:
    """Give an RO_ACCESS_REPORT with so many tags, as an Impinj reader sends it."""
    first_us = 1_767_000_000_000_000
    return messages.RO_ACCESS_REPORT(
        tag_report_datas=[
            params.TagReportData(
                epc_parameter=params.EPC_96(epc=bytes([0x30, *([0] * 9), n >> 8, n & 0xFF])),
                antenna_id=params.AntennaID(antenna_id=1 + n % 4),
                peak_rssi=params.PeakRSSI(peak_rssi=-40 - n % 30),
                channel_index=params.ChannelIndex(channel_index=1 + n % 50),
                first_seen_timestamp_utc=params.FirstSeenTimestampUTC(microseconds=first_us + n),
                last_seen_timestamp_utc=params.LastSeenTimestampUTC(microseconds=first_us + n),
                tag_seen_count=params.TagSeenCount(tag_count=1),
            )
            for n in range(tags)
        ]
    ).to_bytes(message_id=1)


def decoders() -> dict[str, Callable[[bytes], int]]:
    """Give the decoders: name → function from the bytes of a message to the number of tags."""
    splitter, decoder = FrameSplitter(), ReportDecoder()

    def ours(data: bytes) -> int:
        return sum(len(decoder.decode(frame.body)) for frame in splitter.feed(data))

    def llrpkit(data: bytes) -> int:
        return len(decode_message(data).tag_report_datas)

    def sllurp(data: bytes) -> int:
        return len(LLRPMessage(msgbytes=data).msgdict["RO_ACCESS_REPORT"]["TagReportData"])

    return {"instore-edge": ours, "sllurp": sllurp, "llrpkit": llrpkit}


def measure(tags: int) -> list[Speed]:
    """Measure every decoder with reports of so many tags."""
    data = report(tags)
    best = dict.fromkeys(decoders(), 0.0)
    chosen = decoders()
    for decode in chosen.values():
        if decode(data) != tags:
            raise ValueError(f"{decode.__name__}: expected {tags} tags, found {decode(data)}")
    for _ in range(ROUNDS):
        for name, decode in chosen.items():
            best[name] = max(best[name], _round(decode, data) * tags)
    return [Speed(name, tags, tags_per_s) for name, tags_per_s in best.items()]


def _round(decode: Callable[[bytes], int], data: bytes) -> float:
    """Decode for a while; give messages a second."""
    done = 0
    start_s = time.process_time()
    while (elapsed_s := time.process_time() - start_s) < ROUND_S:
        for _ in range(10):
            decode(data)
        done += 10
    return done / elapsed_s
