"""Asks an RTSP server why it gives no stream: FFmpeg only says that it failed."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from hardware.cameras.source import Source


def why_not(source: Source, *, timeout_s: float) -> str:
    """Describe in one line, without credentials, what stands in the way of a stream.

    Sends one DESCRIBE (RFC 2326 section 10.2) without a login.
    """
    parts = urlsplit(source.address)
    try:
        host, port = parts.hostname or "", parts.port or (322 if parts.scheme == "rtsps" else 554)
    except ValueError:
        return "the address has no valid port"
    if parts.scheme == "rtsps":
        request = b""
    else:
        bare = f"rtsp://{parts.netloc.rpartition('@')[2]}{parts.path}"
        query = f"?{parts.query}" if parts.query else ""
        request = f"DESCRIBE {bare}{query} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode()
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(request)
            answer = connection.recv(4096) if request else b""
    except TimeoutError:
        return f"no answer for {timeout_s:g} s"
    except OSError as error:
        return f"no connection: {error.strerror or type(error).__name__}"
    return _explain(answer, has_login=parts.username is not None)


def _explain(answer: bytes, *, has_login: bool) -> str:
    if answer and not answer.startswith(b"RTSP/"):
        return "something other than an RTSP server answers"
    words = answer.split(b"\r\n", 1)[0].split(None, 2)
    code = words[1].decode("latin-1") if len(words) > 1 and words[0].startswith(b"RTSP/") else ""
    match code:
        case "401" if has_login:
            return "RTSP 401: the camera refuses this user and password"
        case "401":
            return "RTSP 401: the camera wants a user and password"
        case "404":
            return "RTSP 404: the camera has no stream at this path"
        case "200" | "":
            return "the stream cannot be opened: no video, or a codec that FFmpeg does not know"
    return f"RTSP {code}: expected 200"
