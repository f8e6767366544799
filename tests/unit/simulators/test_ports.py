"""Ports for programs that are about to be started."""

from __future__ import annotations

import socket
from dataclasses import replace

from simulators.store.ports import COUNT, FIRST, HOST, free_port, is_free
from simulators.store.running import PREFERRED, free_ports


def test_a_port_is_given_once_and_not_while_somebody_listens() -> None:
    given = free_port()
    with socket.create_server((HOST, given + 1)):
        assert not is_free(given + 1)
        more = [free_port() for _ in range(20)]
    assert given + 1 not in more
    assert len({given, *more}) == 21
    assert all(FIRST <= port < FIRST + COUNT for port in more)


def test_a_store_takes_another_port_where_its_own_is_taken() -> None:
    with socket.create_server((HOST, 0)) as taken:
        wanted = replace(PREFERRED, camera=taken.getsockname()[1], reader=free_port())
        ports = free_ports(wanted)
    assert ports.camera != wanted.camera
    assert ports.reader == wanted.reader
