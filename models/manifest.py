"""The list of networks: ``manifest.toml`` beside their files."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]

BUILT_IN = Path(__file__).parent / "weights" / "manifest.toml"


class ModelError(ValueError):
    """A network that cannot be used; says which file, what was expected and what was found."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Source(_Entry):
    """Where a network comes from.

    Attributes:
        package: name of the package or project.
        version: its version.
        url: page of the project.
        files: sha256 of each file that went in, by name.
        calibration: pictures that the int8 ranges were measured on.
    """

    package: str
    version: str
    url: str
    files: dict[str, Sha256] = {}
    calibration: str | None = None


class InputSpec(_Entry):
    """What a network is fed with.

    Attributes:
        layout: ``nhwc`` uint8, ``nhwc4`` the same with a fourth channel that counts for nothing,
            or ``nchw`` float32 of (level - mean) / std.
        colour: order of the channels.
        mean, std: in levels of 0..255, for ``nchw`` only.
        multiple: width and height are multiples of this.
        size: (width, height) where the network takes one size only.
    """

    layout: Literal["nhwc", "nhwc4", "nchw"] = "nhwc"
    colour: Literal["bgr", "rgb"] = "bgr"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    multiple: Annotated[int, Field(ge=1)] = 32
    size: Size | None = None


class ModelEntry(_Entry):
    """One network.

    Attributes:
        name: how a config calls it.
        family: decoder of its outputs, see ``models.families``.
        file: the ONNX file, relative to the manifest.
        sha256: of the file.
        licence: SPDX expression.
        url: where ``edge-agent models fetch`` gets the file, when it is not shipped.
        input: what it is fed with.
        outputs: names of its outputs, in the order that the family expects.
        person: index of the class "person".
        threshold: score from which a detection counts, unless the camera says otherwise.
        max_iou: boxes that overlap more are one person; 1 where the network suppresses by itself.
        note: one line for a person who has to choose.
    """

    name: str
    family: str
    file: Path
    sha256: Sha256
    licence: str
    source: Source
    url: str | None = None
    input: InputSpec = InputSpec()
    outputs: Annotated[tuple[str, ...], Field(min_length=1)]
    person: Annotated[int, Field(ge=0)] = 0
    threshold: Annotated[float, Field(gt=0.0, lt=1.0)]
    max_iou: Annotated[float, Field(gt=0.0, le=1.0)] = 0.6
    note: str = ""


class Manifest(_Entry):
    """All networks of one ``manifest.toml``."""

    model: tuple[ModelEntry, ...] = ()
    folder: Path = Path()

    def get(self, name: str) -> ModelEntry:
        """The entry of that name.

        Raises:
            ModelError: there is none.
        """
        for entry in self.model:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.model) or "none"
        raise ModelError(f"model: expected one of {known}, found {name!r}")

    def path(self, entry: ModelEntry) -> Path:
        """The ONNX file of an entry."""
        return self.folder / entry.file

    def check(self, entry: ModelEntry) -> bytes:
        """Read the file of an entry.

        Raises:
            ModelError: it is missing, or its sha256 is not the one of the manifest.
        """
        path = self.path(entry)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(
                f"{path}: expected the file of model {entry.name}, found {error.strerror}"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != entry.sha256:
            raise ModelError(f"{path}: expected sha256 {entry.sha256}, found {found}")
        return data


def read(path: Path = BUILT_IN) -> Manifest:
    """Read a manifest.

    Raises:
        ModelError: it is missing, no TOML, or an entry does not fit.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Manifest.model_validate({**data, "folder": path.parent})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path}: expected a readable manifest, found {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {place}: {first['msg']}, found {first['input']!r}") from error


def entry_text(entry: ModelEntry) -> str:
    """An entry as the TOML that :func:`read` takes, to stand at the end of a manifest."""
    data = entry.model_dump(mode="json", exclude_none=True)
    plain = {key: value for key, value in data.items() if not isinstance(value, dict)}
    lines = ["[[model]]", *(_pair(key, value) for key, value in plain.items())]
    for key in ("source", "input"):
        lines += ["", f"[model.{key}]", *(_pair(k, v) for k, v in data[key].items())]
    return "\n".join(lines) + "\n"


def _pair(key: str, value: object) -> str:
    return f"{key} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + "}"
    # Strings, numbers, booleans and arrays are written in TOML as in JSON.
    return json.dumps(value, ensure_ascii=False)
