"""What a live reader costs: CPU time of the driver while a reader in another process reports."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.rfid import ReaderOptions, open_reader
from simulators.llrp_reader import LlrpServer, Sighting

READS_PER_S = 2000
WARM_UP_S = 1.0
MEASURE_S = 8.0


class SteadyField:
    """So many reads a second, of 500 tags on four antennas."""

    def __init__(self, reads_per_s: float) -> None:
        self._reads_per_s = reads_per_s
        self._done = 0

    def inventory(self, _t0_s: float, t1_s: float) -> Iterator[Sighting]:
        """Give what is due until ``t1_s``."""
        while self._done < t1_s * self._reads_per_s:
            n = self._done
            self._done += 1
            yield 1 + n % 4, f"30{n % 500:022X}", -50.0 - n % 20, 1, n / self._reads_per_s


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took.

    Attributes:
        report_tags: tags a report.
        reads_per_s: reads that arrived a second.
        core_share: CPU seconds a second, of one core.
    """

    report_tags: int
    reads_per_s: float
    core_share: float


async def serve() -> None:
    """Run the reader and print its address; the other process."""
    async with LlrpServer(SteadyField(READS_PER_S), epoch_s=0.02) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def measure(report_tags: int) -> Cost:
    """Read for a while with reports of so many tags."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.rfid.cost"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    url = (await process.stdout.readline()).decode().strip()
    reader = open_reader(ReaderOptions("r1", url, (1, 2, 3, 4), report_tags=report_tags))
    reads = 0

    async def take() -> None:
        nonlocal reads
        async for batch in reader.batches():
            reads += len(batch)

    taking = asyncio.create_task(take())
    await asyncio.sleep(WARM_UP_S)
    reads, cpu_s, wall_s = 0, time.process_time(), time.perf_counter()
    await asyncio.sleep(MEASURE_S)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    arrived = reads
    await reader.close()
    await taking
    process.stdin.close()
    await process.wait()
    return Cost(report_tags, arrived / wall_s, cpu_s / wall_s)


if __name__ == "__main__":
    asyncio.run(serve())
