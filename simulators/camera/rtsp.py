"""The cameras of a simulated shop on RTSP 1.0 (RFC 2326): Motion JPEG in RTP over the connection.

Enough for what stores use to watch a camera: OPTIONS, DESCRIBE, SETUP with RTP interleaved in the
TCP connection, PLAY, GET_PARAMETER and TEARDOWN. UDP is refused with 461, as the standard says.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import socketserver
import struct
import sys
import threading
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from simulators.camera.feed import Feed
from simulators.camera.rtp_jpeg import CLOCK_HZ, PAYLOAD_TYPE, packets, take_apart

MAX_LINE = 4096
MAX_HEADERS = 64
MAX_BODY = 64 * 1024
UNSUPPORTED_TRANSPORT = 461

Headers = dict[str, str]


class RtspServer:
    """Serves feeds at ``rtsp://host:port/{camera}``."""

    def __init__(self, feeds: dict[str, Feed], *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen and serve in the background; port 0 takes a free one."""
        self._server = _Server((host, port), _Connection)
        self._server.feeds = feeds
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"rtsp://{host!s}:{port}"

    def source(self, camera: str) -> str:
        """Address of a camera for a device config."""
        return f"{self.url}/{camera}"

    def close(self) -> None:
        """Stop and hang up on everybody."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    feeds: dict[str, Feed]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless a client just went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._session = secrets.token_hex(8)
        self._channel = 0
        self._feed: Feed | None = None
        self._playing = threading.Event()
        self._writing = threading.Lock()
        self._sender: threading.Thread | None = None

    def handle(self) -> None:
        while (request := self._request()) is not None:
            method, url, headers = request
            if not self._answer_to(method, url, headers):
                return

    def finish(self) -> None:
        self._playing.clear()
        with contextlib.suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)
        super().finish()

    def _request(self) -> tuple[str, str, Headers] | None:
        """Read one request; None when the client has gone or speaks something else."""
        line = self._first_line()
        words = line.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("RTSP/1."):
            return None
        headers: Headers = {}
        for _ in range(MAX_HEADERS):
            line = self.rfile.readline(MAX_LINE)
            if line in (b"\r\n", b"\n", b""):
                break
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        length = headers.get("content-length", "0")
        self.rfile.read(min(int(length), MAX_BODY) if length.isdigit() else 0)
        return words[0], words[1], headers

    def _first_line(self) -> bytes:
        """Read the next request line; what the receiver says in RTCP is passed over."""
        while (first := self.rfile.read(1)) != b"":
            if first == b"$":
                head = self.rfile.read(3)
                self.rfile.read(int.from_bytes(head[1:], "big"))
            elif first not in b"\r\n":
                return first + self.rfile.readline(MAX_LINE)
        return b""

    def _answer_to(self, method: str, url: str, headers: Headers) -> bool:
        """Do what is asked; False ends the connection."""
        sequence = headers.get("cseq", "0")
        name = urlsplit(url).path.strip("/").split("/")[0]
        feed = self.server.feeds.get(name)
        if method == "OPTIONS":
            methods = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
            self._reply(sequence, HTTPStatus.OK, {"Public": methods})
        elif method == "GET_PARAMETER":
            self._reply(sequence, HTTPStatus.OK, {"Session": self._session})
        elif method == "TEARDOWN":
            self._playing.clear()
            self._reply(sequence, HTTPStatus.OK, {"Session": self._session})
            return False
        elif feed is None:
            self._reply(sequence, HTTPStatus.NOT_FOUND, {})
        elif method == "DESCRIBE":
            more = {"Content-Base": url.rstrip("/") + "/", "Content-Type": "application/sdp"}
            self._reply(sequence, HTTPStatus.OK, more, _sdp(feed))
        elif method == "SETUP":
            self._set_up(sequence, feed, headers.get("transport", ""))
        elif method == "PLAY" and self._feed is not None:
            self._reply(sequence, HTTPStatus.OK, {"Session": self._session, "Range": "npt=now-"})
            self._play(self._feed)
        else:
            self._reply(sequence, HTTPStatus.METHOD_NOT_ALLOWED, {})
        return True

    def _set_up(self, sequence: str, feed: Feed, transport: str) -> None:
        if "TCP" not in transport:
            self._reply(sequence, UNSUPPORTED_TRANSPORT, {})
            return
        channels = next(
            (p.partition("=")[2] for p in transport.split(";") if p.startswith("interleaved=")),
            "0-1",
        )
        first = channels.split("-")[0]
        self._channel = int(first) if first.isdigit() and int(first) < 255 else 0
        self._feed = feed
        agreed = f"RTP/AVP/TCP;unicast;interleaved={self._channel}-{self._channel + 1}"
        self._reply(
            sequence,
            HTTPStatus.OK,
            {"Transport": agreed, "Session": f"{self._session};timeout=60"},
        )

    def _play(self, feed: Feed) -> None:
        self._playing.set()
        if self._sender is None:
            self._sender = threading.Thread(target=self._send, args=(feed,), daemon=True)
            self._sender.start()

    def _send(self, feed: Feed) -> None:
        sequence, source = secrets.randbelow(1 << 16), secrets.randbelow(1 << 32)
        pictures = feed.pictures()
        # The client may hang up in the middle of a picture.
        with contextlib.closing(pictures), contextlib.suppress(OSError, ValueError):
            for picture in pictures:
                if not self._playing.is_set():
                    return
                ticks = int(picture.t_s * CLOCK_HZ)
                out = bytearray()
                for packet in packets(take_apart(picture.jpeg), sequence, ticks, source):
                    out += struct.pack(">cBH", b"$", self._channel, len(packet)) + packet
                    sequence += 1
                with self._writing:
                    self.request.sendall(out)

    def _reply(self, sequence: str, status: int, headers: Headers, body: str = "") -> None:
        reason = (
            "Unsupported Transport"
            if status == UNSUPPORTED_TRANSPORT
            else HTTPStatus(status).phrase
        )
        lines = [f"RTSP/1.0 {int(status)} {reason}", f"CSeq: {sequence}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        with self._writing:
            self.request.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def _sdp(feed: Feed) -> str:
    """Describe the stream (RFC 8866)."""
    return "\r\n".join(
        (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=Simulated camera",
            "c=IN IP4 0.0.0.0",
            "t=0 0",
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
            f"a=rtpmap:{PAYLOAD_TYPE} JPEG/{CLOCK_HZ}",
            f"a=framerate:{feed.fps:g}",
            "a=control:track1",
            "",
        )
    )
