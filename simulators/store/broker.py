"""The broker of a demo: mosquitto where it is installed, else an embedded one.

The embedded broker has no access control and forgets everything at its end, so it listens on the
loopback interface only and is never part of a real store.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from messages.envelope import MAX_BYTES
from simulators.store.processes import Child, Processes


def start_broker(processes: Processes, folder: Path, port: int) -> tuple[Child, str]:
    """Start a broker on 127.0.0.1; give it and what it is."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        # With room for the largest message that the contract allows.
        code = (
            "from iotcore import Broker; "
            f"Broker(listen='127.0.0.1', port={port}, max_payload_size={MAX_BYTES}).run_forever()"
        )
        child = processes.start("broker", [sys.executable, "-c", code])
        return child, "embedded broker (mosquitto is not installed)"
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n"
    )
    return processes.start("broker", [program, "-c", str(config)]), "mosquitto"
