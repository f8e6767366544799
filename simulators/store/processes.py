"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One running part.

    Attributes:
        name: what people call it.
        process: the process.
        log: file that takes its output.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_lines(self, count: int = 15) -> str:
        """Give the end of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


class Processes:
    """Starts parts, and ends them all in the reverse order.

    Args:
        folder: takes a log file for each part.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.children: list[Child] = []
        self._logs: list[IO[bytes]] = []

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start one part; its output goes to ``{name}.log``."""
        path = self._folder / f"{name}.log"
        log = path.open("ab")
        self._logs.append(log)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches the parent alone, which ends all in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        child = Child(name, process, path)
        self.children.append(child)
        return child

    def start_module(self, name: str, module: str, *args: str) -> Child:
        """Start ``python -m module`` with the Python that runs now."""
        return self.start(name, [sys.executable, "-m", module, *args])

    def dead(self) -> list[Child]:
        """Give the parts that ended by themselves."""
        return [child for child in self.children if child.process.poll() is not None]

    def stop(self, child: Child, timeout_s: float = 5.0) -> None:
        """End one part: politely first, then at once."""
        if child.process.poll() is None:
            child.process.terminate()
            try:
                child.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self.children.remove(child)

    def kill(self, child: Child) -> None:
        """End one part at once, as a power cut would."""
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.children.remove(child)

    def child(self, name: str) -> Child:
        """Find a part by its name."""
        return next(child for child in self.children if child.name == name)

    def close(self) -> None:
        """End every part."""
        for child in reversed(self.children.copy()):
            self.stop(child)
        for log in self._logs:
            log.close()
