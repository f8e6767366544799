"""The agent's own threads over many cameras, in real time: what this machine does right now.

Recordings are played at their own speed in the place of cameras; everything else is the agent, but
for the broker. Run it on a machine that has nothing else to do, held to as many processors as the
box has: ``taskset -c 0,1 python -m benchmarks.cameras --live``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmarks.cameras.box import resident_mb
from edge_agent.clock import Clock
from edge_agent.config import CameraSettings
from edge_agent.eyes import Eyes, open_eye
from edge_agent.measures.readings import Readings
from edge_agent.publish.reporter import Reporter
from hardware.cameras import open_camera

WARM_UP_S = 15.0
_TICK_S = 0.01


@dataclass(frozen=True, slots=True)
class Lived:
    """What happened.

    Attributes:
        decode, look: processor seconds a second of the cameras' threads, and of those that look.
        rates_fps: pictures analysed a second, one a camera.
        blind: readings in which a camera was not believed.
        resident_mb: memory of the process.
    """

    decode: float
    look: float
    rates_fps: list[float]
    blind: int
    resident_mb: float


class _Reporter:
    """Counts readings by lane in place of publishing them."""

    def __init__(self) -> None:
        self.readings: Counter[str] = Counter()
        self.blinded = 0

    def camera(self, readings: Readings) -> None:
        """Take the measures of one camera."""
        self.readings.update(list(readings.lanes))

    def blind(self, camera: CameraSettings, t_s: float) -> None:
        """A camera that is not believed."""
        self.blinded += 1


def live(sources: list[Path], *, fps: float, seconds: float) -> Lived:
    """Run the agent's threads over recordings played as cameras, and measure after a warm-up."""
    clock, reporter = Clock(), _Reporter()
    eyes = []
    for number, path in enumerate(sources):
        zone = {
            "id": f"q{number}",
            "kind": "queue",
            "lane": str(number),
            "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
        }
        settings = CameraSettings.model_validate(
            {"id": f"c{number}", "source": str(path), "fps": fps, "loop": True, "zones": [zone]}
        )
        camera = open_camera(settings.source, clock=clock.now_s, loop=True, fps=fps)
        eyes.append(open_eye(settings, camera, clock.now_s()))
    looking = Eyes(eyes, cast("Reporter", reporter), clock)
    looking.start()
    time.sleep(WARM_UP_S)
    reporter.readings.clear()
    reporter.blinded = 0
    began_s, before = time.monotonic(), _worked_s()
    time.sleep(seconds)
    lasted_s, after = time.monotonic() - began_s, _worked_s()
    rates_fps = [reporter.readings[str(number)] / lasted_s for number in range(len(sources))]
    looking.stop()
    spent = {part: (after[part] - before[part]) / lasted_s for part in after}
    return Lived(spent["camera"], spent["eyes"], rates_fps, reporter.blinded, resident_mb())


def _worked_s() -> Counter[str]:
    """Processor seconds so far of all threads, by the first word of their name."""
    worked: Counter[str] = Counter()
    for thread in threading.enumerate():
        stat = Path(f"/proc/self/task/{thread.native_id}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        worked[thread.name.split()[0]] += (int(user) + int(system)) * _TICK_S
    return worked
