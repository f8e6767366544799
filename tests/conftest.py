"""The real parts that tests stand on: a broker, free ports, child processes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simulators.store.ports import free_port

# A time limit an example would fail on a busy machine; speed is judged in benchmarks/.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
NEEDS = {
    "mosquitto": (
        lambda: which("mosquitto"),
        "the mosquitto broker (Debian package mosquitto)",
    ),
    "chromium": (
        lambda: which("chromium"),
        "the browser (Debian package chromium)",
    ),
    "export": (
        lambda: find_spec("ultralytics") and find_spec("torch"),
        "the extra [export] (ultralytics and torch)",
    ),
    "vtest": (
        lambda: str(VTEST) if VTEST.exists() else None,
        "the PETS 2009 video (Debian package opencv-doc)",
    ),
    "rtsp": (
        lambda: rtsp_server(),
        "an RTSP server (Debian packages gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-*)",
    ),
}


def rtsp_server() -> str | None:
    """Find the system's Python where it can run GStreamer's RTSP server with H.264."""
    python = "/usr/bin/python3"
    check = (
        "import gi; gi.require_version('GstRtspServer', '1.0');"
        "from gi.repository import Gst; Gst.init(None);"
        "assert all(map(Gst.ElementFactory.find, ['x264enc', 'x265enc', 'rtph264pay']))"
    )
    try:
        found = subprocess.run([python, "-c", check], check=False, capture_output=True)
    except OSError:
        return None
    return python if found.returncode == 0 else None


def which(program: str) -> str | None:
    """Find a program, also in the folders of system daemons."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs a system package that is not here."""
    for marker, (find, what) in NEEDS.items():
        if find() is None:
            skip = pytest.mark.skip(reason=f"needs {what}")
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(skip)


def listens(port: int) -> bool:
    """Say whether somebody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait for what gives no event of its own, such as a port of another process."""
    step = threading.Event()
    for _ in range(int(timeout_s / 0.05)):
        if condition():
            return
        step.wait(0.05)
    raise TimeoutError(f"not true after {timeout_s} s")


def wait_for_line(process: subprocess.Popen[str], start: str) -> str:
    """Wait until a process says a line that starts so, and give the line."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if line.startswith(start):
            return line
        said.append(line)
    raise AssertionError(f"ended without {start!r}, and said:\n{''.join(said)}")


class Broker:
    """A mosquitto of its own, without persistence, on the loopback interface."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n"
            "max_queued_messages 0\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        program = which("mosquitto")
        assert program is not None
        self._process = subprocess.Popen(
            [program, "-c", str(self._config)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if b"running" in line:
                return
        raise RuntimeError("mosquitto did not start")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A running broker."""
    running = Broker(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a module of ours as a process: ``start("edge_agent", "run", ...)``; killed at the end.

    Output goes to pipes as text; the process is in a group of its own.
    """
    running: list[subprocess.Popen[str]] = []

    def run(module: str, *args: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def vtest() -> Path:
    """The PETS 2009 S2.L1 video: 795 frames of a street with up to ten people."""
    return VTEST
