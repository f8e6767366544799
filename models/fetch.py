"""Gets the file of a network from its publisher, and trusts only its checksum."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO

from models.manifest import ModelEntry, ModelError

Progress = Callable[[int, int | None], None]
"""Called with the bytes on disk so far, and the bytes of the whole file where known."""

_CHUNK = 1 << 16
_TIMEOUT_S = 30.0


def fetch(entry: ModelEntry, progress: Progress = lambda done, total: None) -> Path:
    """Download the file of an entry, going on where an earlier attempt stopped.

    Args:
        entry: the network; its ``url`` says from where.
        progress: told how far it is.

    Returns:
        The file, whose checksum is right. Nothing is downloaded where it is there already.

    Raises:
        ModelError: the entry has no address, the server does not give the file, the connection
            breaks (what came stays for the next attempt), or the checksum is wrong (nothing
            stays).
    """
    if entry.url is None:
        entry.read()
        return entry.path
    target = entry.path
    if target.exists():
        entry.read()
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        _download(entry.url, part, progress)
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", None) or error
        raise ModelError(f"{entry.url}: expected the file of {entry.name}, found: {reason}") from (
            error
        )
    found = hashlib.sha256(part.read_bytes()).hexdigest()
    if found != entry.sha256:
        part.unlink()
        raise ModelError(f"{entry.url}: expected sha256 {entry.sha256}, found {found}")
    part.replace(target)
    return target


def _download(url: str, part: Path, progress: Progress) -> None:
    done = part.stat().st_size if part.exists() else 0
    if not url.startswith(("https://", "http://")):
        raise urllib.error.URLError("an address that is neither https nor http")
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})  # noqa: S310 - checked above
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 - checked above
    except urllib.error.HTTPError as error:
        with error:
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # All of it is here already; the checksum decides.
            raise
    with response:
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            done = 0  # The server starts from the beginning.
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        with part.open("ab" if done else "wb") as file:
            _copy(response, file, done, total, progress)


def _copy(
    response: IO[bytes], file: IO[bytes], done: int, total: int | None, progress: Progress
) -> None:
    while chunk := response.read(_CHUNK):
        file.write(chunk)
        done += len(chunk)
        progress(done, total)
    file.flush()
    os.fsync(file.fileno())
    if total is not None and done < total:
        raise ConnectionError(f"the connection broke after {done} of {total} bytes")
