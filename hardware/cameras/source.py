"""What a camera's source says, with its secrets filled in and a label that hides them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, unquote

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_USB = re.compile(r"/dev/video\d+")
_SECRET_QUERY = re.compile(
    r"(?i)([?&](?:[a-z]*pass(?:word|wd)?|[a-z]*pwd|token|key|apikey|auth|secret|user(?:name)?|usr)=)"
    r"[^&#]*"
)


class SourceError(ValueError):
    """A source that cannot be used; the text says what was expected and what was found."""


class SourceKind(StrEnum):
    """Which driver serves a source."""

    RTSP = "rtsp"
    MJPEG = "mjpeg"
    USB = "usb"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Source:
    """A source ready to be opened.

    Attributes:
        kind: which driver serves it.
        address: the address with its secrets; never shown.
        label: the same for people: no password, no value of a ``${NAME}``.
        secrets: every text that must not be shown.
    """

    kind: SourceKind
    address: str = field(repr=False)
    label: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def redact(self, text: str) -> str:
        """Hide the secrets of this source in a text, such as a library's error message."""
        text = text.replace(self.address, self.label)
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def parse_source(text: str, environ: Mapping[str, str] | None = None) -> Source:
    """Read a source as the config gives it.

    ``${NAME}`` is replaced by the environment variable NAME; where that is not set, by the content
    of the file that NAME_FILE names, or of the file NAME in systemd's ``$CREDENTIALS_DIRECTORY``.
    Before the ``@`` of an address the value is percent-encoded, so that a password is given as it
    is typed.

    Args:
        text: ``rtsp[s]://``, ``http[s]://``, ``/dev/videoN``, or the path of a recording.
        environ: where names are looked up; the process's environment by default.

    Raises:
        SourceError: a name without a value, or an address of an unknown scheme.
    """
    environ = os.environ if environ is None else environ
    values = {name: _value_of(name, environ) for name in _PLACEHOLDER.findall(text)}
    login_end = text.find("@", text.find("://")) if "://" in text else -1

    def fill(match: re.Match[str]) -> str:
        value = values[match[1]]
        return quote(value, safe="") if match.start() < login_end else value

    address = _PLACEHOLDER.sub(fill, text)
    label = _hide_login(_PLACEHOLDER.sub("***", text))
    secrets = {*values.values(), *_login_secrets(address)}
    secrets |= {quote(secret, safe="") for secret in secrets} - {""}
    kind, address = _classify(address, label)
    # Longest first: a secret may be part of another.
    return Source(kind, address, label, tuple(sorted(secrets - {""}, key=len, reverse=True)))


def _value_of(name: str, environ: Mapping[str, str]) -> str:
    if name in environ:
        return environ[name]
    places = []
    if f"{name}_FILE" in environ:
        places.append(Path(environ[f"{name}_FILE"]))
    if "CREDENTIALS_DIRECTORY" in environ:
        places.append(Path(environ["CREDENTIALS_DIRECTORY"]) / name)
    for place in places:
        try:
            return place.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError:
            continue
    raise SourceError(
        f"camera source: expected a value for ${{{name}}} in the environment or a secrets file, "
        "found none"
    )


def _classify(address: str, label: str) -> tuple[SourceKind, str]:
    scheme, separator, _ = address.partition("://")
    if not separator:
        return (SourceKind.USB if _USB.fullmatch(address) else SourceKind.FILE), address
    match scheme.lower():
        case "rtsp" | "rtsps":
            return SourceKind.RTSP, address
        case "http" | "https":
            return SourceKind.MJPEG, address
        case "file":
            return SourceKind.FILE, unquote(address[len("file://") :])
    raise SourceError(
        f"camera source: expected rtsp://, rtsps://, http://, https://, /dev/videoN or a file, "
        f"found {label}"
    )


def _hide_login(label: str) -> str:
    scheme, separator, rest = label.partition("://")
    if not separator:
        return label
    host, slash, path = rest.partition("/")
    if "@" in host:
        host = "***@" + host.rpartition("@")[2]
    return _SECRET_QUERY.sub(r"\1***", f"{scheme}://{host}{slash}{path}")


def _login_secrets(address: str) -> set[str]:
    _, separator, rest = address.partition("://")
    login, at, _ = rest.partition("/")[0].rpartition("@")
    if not (separator and at):
        return set()
    _, _, password = login.partition(":")
    return {login, password, unquote(password)}
