"""Run with ``python -m benchmarks.gateway``."""

from __future__ import annotations

from benchmarks.gateway import ingest, restock, telling

EVENTS, ROUNDS = 8_000, 3


def main() -> None:
    """Measure and print."""
    print(
        f"{EVENTS:,} events, device → mosquitto → disk (synchronous=FULL) → acknowledgement;"
        f" fastest of {ROUNDS} rounds in turns"
    )
    ours, peer = ingest.measure(EVENTS, ROUNDS)
    for speed in (ours, peer):
        print(f"  {speed.name:16}{speed.events_per_s:9,.0f} events/s  {speed.cpu_s:6.1f} CPU s")
    print(f"  ours is {ours.events_per_s / peer.events_per_s:.1f} x")
    delay = telling.measure()
    print(
        f"{telling.SUBJECTS} subjects, {telling.MESSAGES_PER_S} messages/s,"
        f" message → notifier called: told {delay.told},"
        f" p50 {1000 * delay.p50_s:.0f} ms, p99 {1000 * delay.p99_s:.0f} ms"
    )
    told = restock.run("usual", 1, 600.0)
    print(
        f"restock alerts beside the truth of the shelves: {told.right} of {told.raised} right, "
        f"{told.found} of {told.short} found, {told.latest_s:.1f} s after the shelf knew at the "
        "latest (more: python -m benchmarks.gateway.restock)"
    )


if __name__ == "__main__":
    main()
