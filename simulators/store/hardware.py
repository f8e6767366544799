"""The hardware of a simulated store in one process: a camera on HTTP and RTSP, a reader on LLRP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass

from simulators.camera.rtsp import RtspServer
from simulators.camera.server import CameraServer
from simulators.camera.views import VIEWS
from simulators.llrp_reader import LlrpServer
from simulators.scene.live import LiveScene
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings, busy, day, orderly, quiet, rush
from simulators.store.field import SceneField

CAMERA = "lanes"
SCENES = {"quiet": quiet, "busy": busy, "orderly": orderly, "rush": rush, "day": day}


@dataclass(frozen=True, slots=True)
class HardwareOptions:
    """What to simulate.

    Attributes:
        scene: name in ``SCENES``.
        view: name in :data:`simulators.camera.views.VIEWS`.
        camera_port, reader_port, rtsp_port: on 127.0.0.1; 0 takes a free one.
    """

    scene: str = "quiet"
    view: str = "corner"
    seed: int = 1
    fps: float = 10.0
    camera_port: int = 0
    reader_port: int = 0
    rtsp_port: int = 0

    def arguments(self) -> list[str]:
        """Give the arguments of ``store-sim run`` that ask for this."""
        return [f"--{name.replace('_', '-')}={value}" for name, value in asdict(self).items()]


def settings_of(name: str) -> SceneSettings:
    """Give the settings of a named scene.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in SCENES:
        raise ValueError(f"scene: expected one of {', '.join(SCENES)}, found {name!r}")
    return SCENES[name]()


async def serve(options: HardwareOptions, on_ready: Callable[[dict[str, str]], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``on_ready`` is called with the addresses by name."""
    live = LiveScene(Scene(settings_of(options.scene), seed=options.seed))
    view = VIEWS[options.view](live.layout)
    cameras = CameraServer(live, {CAMERA: view}, port=options.camera_port, fps=options.fps)
    rtsp = RtspServer(cameras.feeds, port=options.rtsp_port)
    field = SceneField(live, options.seed)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with LlrpServer(field, port=options.reader_port) as reader:
        on_ready(
            {
                "camera": cameras.source(CAMERA),
                "rtsp": rtsp.source(CAMERA),
                "control": cameras.url,
                "reader": reader.url,
            }
        )
        await stop.wait()
    rtsp.close()
    cameras.close()
