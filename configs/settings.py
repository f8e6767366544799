"""Settings that the configs of devices and of the gateway share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Settings(BaseModel):
    """Base of all settings: an unknown key is a mistake, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def gtin14(text: str) -> str:
    """Check a GTIN-8, -12, -13 or -14 and give it as GTIN-14.

    Raises:
        ValueError: the check digit is wrong.
    """
    digits = text.zfill(14)
    # GS1 General Specifications, section 7.9: weights 3 and 1 from the left of a GTIN-14.
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(digits[:13]))
    check = -total % 10
    if check != int(digits[13]):
        raise ValueError(f"a GTIN with check digit {check}")
    return digits


Gtin = Annotated[str, Field(pattern=r"^[0-9]{8}$|^[0-9]{12,14}$"), AfterValidator(gtin14)]
"""A GTIN as people write it; the value is the GTIN-14."""


class MqttSettings(Settings):
    """The store's broker.

    Attributes:
        url: ``mqtt://host[:1883]`` or ``mqtts://host[:8883]``.
        username: user, where the broker wants one.
        password_env: name of the environment variable that holds the password.
        ca, cert, key: files of the store CA, and of the device's certificate and key.
    """

    url: Annotated[str, Field(pattern=r"^mqtts?://[^/]+$")] = "mqtt://127.0.0.1:1883"
    username: str | None = None
    password_env: str | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @property
    def host(self) -> str:
        """Host of the broker."""
        return urlsplit(self.url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        """Port of the broker; the standard one where the URL names none."""
        return urlsplit(self.url).port or (8883 if self.tls else 1883)

    @property
    def tls(self) -> bool:
        """True for mqtts."""
        return self.url.startswith("mqtts:")

    @property
    def password(self) -> str | None:
        """The password from the environment, None where none is named or set."""
        return os.environ.get(self.password_env) if self.password_env else None
