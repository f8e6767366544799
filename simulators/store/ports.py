"""Ports of the loopback interface for programs that are about to be started."""

from __future__ import annotations

import itertools
import os
import socket

HOST = "127.0.0.1"
FIRST, COUNT = 20_000, 12_000
"""Linux and others hand out ports by themselves from 32,768 up. One that was handed out and let go
may be handed out again before the program that it was meant for has taken it."""
_APART = 7919
"""Processes with neighbouring numbers begin so far apart."""
_tried = itertools.count(os.getpid() * _APART)


def free_port() -> int:
    """Give a TCP port that is free now, and that this process was not given before.

    Raises:
        OSError: all of them are taken.
    """
    for step in itertools.islice(_tried, COUNT):
        port = FIRST + step % COUNT
        if is_free(port):
            return port
    raise OSError(f"no port from {FIRST} to {FIRST + COUNT - 1} of {HOST} is free")


def is_free(port: int) -> bool:
    """Say whether a program could listen on a port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
