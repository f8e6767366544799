"""The list of networks: ``manifest.toml`` beside their files."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from configs.loading import short

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]

BUILT_IN = Path(__file__).parent / "weights" / "manifest.toml"


class ModelError(ValueError):
    """A network that cannot be used; says which file, what was expected and what was found."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
        outputs: names of its outputs, in the order that the family expects; none means all of
            them as they come.
        person: index of the class "person".
        threshold: score from which a detection counts, unless the camera says otherwise.
        max_iou: boxes that overlap more are one person; 1 where the network suppresses by itself.
        note: one line for a person who has to choose.
        folder: where the manifest lies.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    family: Literal["nanodet", "ssd", "ssd-boxes", "yolo", "yolo-nms-free", "yolox"]
    file: Path
    sha256: Sha256
    licence: str
    source: Source
    url: str | None = None
    input: InputSpec = InputSpec()
    outputs: tuple[str, ...] = ()
    person: Annotated[int, Field(ge=0)] = 0
    threshold: Annotated[float, Field(gt=0.0, lt=1.0)]
    max_iou: Annotated[float, Field(gt=0.0, le=1.0)] = 0.6
    note: str = ""
    folder: Annotated[Path, Field(exclude=True)] = Path()

    @property
    def path(self) -> Path:
        """The ONNX file; what was fetched lies in the user's own folder."""
        shipped = self.folder / self.file
        return shipped if shipped.exists() or self.url is None else store() / self.file

    def read(self) -> bytes:
        """Read the file.

        Raises:
            ModelError: it is missing, or its sha256 is not the one of the manifest.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            hint = f"; get it with: edge-agent models fetch {self.name}" if self.url else ""
            raise ModelError(
                f"{self.path}: expected the file of model {self.name}, "
                f"found {error.strerror or error}{hint}"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise ModelError(f"{self.path}: expected sha256 {self.sha256}, found {found}")
        return data


class Manifest(_Entry):
    """Networks by name."""

    model: tuple[ModelEntry, ...] = ()

    @field_validator("model")
    @classmethod
    def _once(cls, entries: tuple[ModelEntry, ...]) -> tuple[ModelEntry, ...]:
        names = [entry.name for entry in entries]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each name once, {', '.join(twice)} stands there twice")
        return entries

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


def store() -> Path:
    """The user's own folder of networks: ``$INSTORE_EDGE_MODELS``, else below the home folder."""
    named = os.environ.get("INSTORE_EDGE_MODELS")
    return Path(named) if named else Path.home() / ".local/share/instore-edge/models"


def known() -> Manifest:
    """All networks that a config can name: those of the product, and those of the user's folder.

    Raises:
        ModelError: a manifest cannot be used, or a name stands in both.
    """
    entries = read(BUILT_IN).model
    own = store() / "manifest.toml"
    if not own.exists():
        return Manifest(model=entries)
    try:
        return Manifest(model=(*entries, *read(own).model))
    except ValidationError as error:
        raise ModelError(_first(own, error)) from error


def read(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ModelError: it is missing, no TOML, or an entry does not fit.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path}: expected a readable manifest, found: {error}") from error
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        raise ModelError(_first(path, error)) from error
    placed = [entry.model_copy(update={"folder": path.parent}) for entry in manifest.model]
    return Manifest(model=tuple(placed))


def _first(path: Path, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    expected = first["msg"].removeprefix("Value error, ")
    return f"{path}: {place}: expected: {expected}, found {short(first['input'])}"


def add(entry: ModelEntry, path: Path) -> None:
    """Append an entry to a manifest, which is made where there is none."""
    before = path.read_text(encoding="utf-8") + "\n" if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + entry_text(entry), encoding="utf-8")


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
