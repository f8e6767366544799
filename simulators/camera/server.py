"""A simulated shop on HTTP: its cameras as Motion JPEG, its truth, and its strings to pull.

=======================================  ==========================================================
``GET /{camera}.mjpg``                   endless multipart/x-mixed-replace
``GET /{camera}.jpg``                    one picture
``GET /truth``                           who is where, and the true state of lanes and zones
``GET /events?after=N``                  what happened since event N
``POST /people``                         ``{"lane": "1", "count": 5}`` puts people into a queue
``POST /lanes/{lane}/open``              a cashier comes; ``{"at_once": true}`` is there already
``POST /lanes/{lane}/close``             serves those who wait, or leaves ``at_once``
``POST /lanes/{lane}/clear``             everybody in the lane is gone
``POST /lanes/{lane}/pause``, ``resume``  the till stops or goes on
``POST /arrivals``                       ``{"per_hour": 120}``; null goes back to the settings
``POST /shelves/{shelf}/pick``           ``{"count": 3}`` takes items; answers with their EPCs
``POST /items/{epc}/put``                ``{"shelf": "S1"}``, by default where it belongs
``POST /cameras/{camera}/fault``         ``{"kind": "frozen"}``: none, dark, covered, stalled
=======================================  ==========================================================
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulators.camera.feed import Fault, Feed
from simulators.camera.projection import View
from simulators.scene.live import LiveScene

BOUNDARY = "picture"
MAX_BODY = 64 * 1024
WRITE_TIMEOUT_S = 10.0

Json = dict[str, Any]


class RequestError(ValueError):
    """A request with a value that does not fit."""


class CameraServer:
    """Serves the cameras of one live scene."""

    def __init__(
        self,
        live: LiveScene,
        views: dict[str, View],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        fps: float = 10.0,
    ) -> None:
        """Listen and serve in the background.

        Args:
            live: the scene.
            views: camera id → where it hangs.
            host: address to listen on.
            port: 0 takes a free one.
            fps: pictures a second, at most.
        """
        self.live = live
        self.feeds = {name: Feed(live, view, fps=fps) for name, view in views.items()}
        self._http = _Http((host, port), _Handler)
        self._http.cameras = self
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def source(self, camera: str) -> str:
        """Address of a camera for a device config."""
        return f"{self.url}/{camera}.mjpg"

    def close(self) -> None:
        """Stop; open streams end."""
        for feed in self.feeds.values():
            feed.close()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def command(self, path: list[str], body: Json) -> Json:
        """Do what a POST asks for.

        Raises:
            KeyError: no such path, lane, shelf, item or camera.
            ValueError: a value that does not fit.
        """
        match path:
            case ["people"]:
                lane, count = _text(body, "lane"), _integer(body, "count", 1)
                self.live.ask(lambda scene: scene.add_to_queue(lane, count))
            case ["arrivals"]:
                rate = body.get("per_hour")
                if rate is not None and not isinstance(rate, (int, float)):
                    raise RequestError(f"per_hour: expected a number or null, found {rate!r}")
                self.live.ask(lambda scene: scene.set_arrivals(rate))
            case ["lanes", lane, what]:
                self._lane(lane, what, at_once=body.get("at_once") is True)
            case ["shelves", shelf, "pick"]:
                count = _integer(body, "count", 1)
                return {"picked": self.live.ask(lambda scene: scene.take(shelf, count))}
            case ["items", epc, "put"]:
                target = _text(body, "shelf") if "shelf" in body else None
                self.live.ask(lambda scene: scene.put_back(epc, target))
            case ["cameras", camera, "fault"]:
                self.feeds[camera].fault = Fault(_text(body, "kind"))
            case _:
                raise KeyError("/".join(path))
        return {}

    def _lane(self, lane: str, what: str, *, at_once: bool) -> None:
        actions: dict[str, Callable[[Any], None]] = {
            "open": lambda scene: scene.set_lane(lane, is_open=True, at_once=at_once),
            "close": lambda scene: scene.set_lane(lane, is_open=False, at_once=at_once),
            "clear": lambda scene: scene.clear_queue(lane),
            "pause": lambda scene: scene.pause_lane(lane, paused=True),
            "resume": lambda scene: scene.pause_lane(lane, paused=False),
        }
        self.live.ask(actions[what])


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    cameras: CameraServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless a client just went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = WRITE_TIMEOUT_S
    server: _Http

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        name, _, kind = url.path.strip("/").rpartition(".")
        cameras = self.server.cameras
        if kind in ("mjpg", "jpg") and name in cameras.feeds:
            (self._stream if kind == "mjpg" else self._picture)(cameras.feeds[name])
        elif url.path == "/truth":
            self._answer(HTTPStatus.OK, cameras.live.snapshot().as_dict())
        elif url.path == "/events":
            after = parse_qs(url.query).get("after", ["0"])[0]
            number = int(after) if after.isdigit() else 0
            events = [{"number": n, **e.as_dict()} for n, e in cameras.live.events(number)]
            self._answer(HTTPStatus.OK, {"events": events})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": f"{url.path}: no such page"})

    def do_POST(self) -> None:
        path = [part for part in urlsplit(self.path).path.split("/") if part]
        try:
            result = self.server.cameras.command(path, self._body())
        except KeyError as error:
            self._answer(HTTPStatus.NOT_FOUND, {"error": f"not found: {error.args[0]}"})
        except ValueError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        else:
            self._answer(HTTPStatus.OK, {"ok": True, **result})

    def _body(self) -> Json:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise ValueError(f"body: expected at most {MAX_BODY} bytes, found {length}")
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except json.JSONDecodeError as error:
            raise ValueError(f"body: expected JSON, found {error}") from error
        if not isinstance(body, dict):
            raise RequestError(f"body: expected a JSON object, found {body!r}")
        return body

    def _answer(self, status: HTTPStatus, content: Json) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _picture(self, feed: Feed) -> None:
        pictures = feed.pictures()
        picture = next(pictures, None)
        pictures.close()
        if picture is None:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "the camera is closed"})
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(picture.jpeg)))
        self.end_headers()
        self.wfile.write(picture.jpeg)

    def _stream(self, feed: Feed) -> None:
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        with contextlib.closing(feed.pictures()) as pictures:
            for picture in pictures:
                head = (
                    f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
                    f"Content-Length: {len(picture.jpeg)}\r\n"
                    f"X-Scene-Time: {picture.t_s:.3f}\r\n\r\n"
                )
                self.wfile.write(head.encode() + picture.jpeg + b"\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: a stream is watched for hours."""


def _text(body: Json, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise RequestError(f"{key}: expected a text, found {value!r}")
    return value


def _integer(body: Json, key: str, default: int) -> int:
    value = body.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError(f"{key}: expected a whole number, found {value!r}")
    return value
