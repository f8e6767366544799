"""Run with ``python -m benchmarks.rfid``."""

from __future__ import annotations

import asyncio
import logging

import structlog

from benchmarks.rfid import cost, decoding, epcs


def main() -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print("decode, tags a CPU second (fastest round of each, taking turns)")
    for tags in (32, 1):
        speeds = decoding.measure(tags)
        ours = speeds[0].tags_per_s
        for speed in speeds:
            ratio = "" if speed is speeds[0] else f"   ours is {ours / speed.tags_per_s:.1f} x"
            print(f"  {speed.tags:3} a report  {speed.decoder:13}{speed.tags_per_s:10,.0f}{ratio}")
    print("EPC to GTIN, tags a CPU second (fastest round of each, taking turns)")
    found = epcs.measure()
    for name, tags_per_s in found.items():
        print(f"  {name:13}{tags_per_s:10,.0f}   {tags_per_s / found['epcpy']:.1f} x epcpy")
    print(f"driver at {cost.READS_PER_S:,} reads/s, CPU time of one core")
    for tags in (32, 1):
        spent = asyncio.run(cost.measure(tags))
        print(f"  {tags:3} a report  {spent.reads_per_s:6,.0f} reads/s  {spent.core_share:6.1%}")


if __name__ == "__main__":
    main()
