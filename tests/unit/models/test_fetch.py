"""Fetching from a server on the loopback interface that may break off."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from models.fetch import fetch
from models.manifest import ModelEntry, ModelError, Source

DATA = np.random.default_rng(5).bytes(300_000)


class Publisher(ThreadingHTTPServer):
    """Serves DATA; can break off once, and can ignore ranges."""

    ranges = True
    break_after: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tiny.onnx"


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.path != "/tiny.onnx":
            self.send_error(404)
            return
        start = 0
        if wanted and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(DATA):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        end, self.server.break_after = self.server.break_after, None
        self.wfile.write(DATA[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTORE_EDGE_MODELS", str(tmp_path / "own"))
    return tmp_path / "own"


def entry_for(url: str, sha256: str | None = None) -> ModelEntry:
    return ModelEntry(
        name="tiny",
        family="yolox",
        file=Path("tiny.onnx"),
        sha256=sha256 or hashlib.sha256(DATA).hexdigest(),
        licence="Apache-2.0",
        source=Source(package="test", version="1", url=url),
        url=url,
        threshold=0.4,
        folder=Path("/nowhere"),
    )


def test_a_file_comes_whole_and_progress_is_told(publisher: Publisher, folder: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = fetch(entry_for(publisher.url), lambda done, total: told.append((done, total)))
    assert path == folder / "tiny.onnx"
    assert path.read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))
    assert not list(folder.glob("*.part"))


def test_what_is_there_is_not_fetched_again(publisher: Publisher, folder: Path) -> None:
    fetch(entry_for(publisher.url))
    fetch(entry_for(publisher.url))
    assert publisher.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on(publisher: Publisher, folder: Path, ranges: bool) -> None:
    publisher.ranges = ranges
    publisher.break_after = 100_000
    with pytest.raises(ModelError, match="broke after 100000 of 300000 bytes"):
        fetch(entry_for(publisher.url))
    assert fetch(entry_for(publisher.url)).read_bytes() == DATA
    assert publisher.asked == [None, "bytes=100000-"]


def test_a_whole_part_only_needs_its_checksum(publisher: Publisher, folder: Path) -> None:
    folder.mkdir()
    (folder / "tiny.onnx.part").write_bytes(DATA)
    assert fetch(entry_for(publisher.url)).read_bytes() == DATA


def test_another_file_than_promised_leaves_nothing(publisher: Publisher, folder: Path) -> None:
    with pytest.raises(ModelError, match=r"expected sha256 0{64}, found [0-9a-f]{64}$"):
        fetch(entry_for(publisher.url, sha256="0" * 64))
    assert list(folder.iterdir()) == []


def test_a_server_without_the_file(publisher: Publisher, folder: Path) -> None:
    with pytest.raises(ModelError, match=r"other\.onnx: expected the file of tiny, found: .*Not F"):
        fetch(entry_for(publisher.url.replace("tiny", "other")))


def test_nobody_listens(publisher: Publisher, folder: Path) -> None:
    with pytest.raises(ModelError, match="expected the file of tiny, found"):
        fetch(entry_for("http://127.0.0.1:9/tiny.onnx"))


def test_an_address_of_another_kind(folder: Path) -> None:
    with pytest.raises(ModelError, match="neither https nor http"):
        fetch(entry_for("file:///etc/passwd"))
