"""Read a YAML file into a pydantic model; every error names file, line, path, expectation and find.

All errors of a file come at once: an installer mends a config in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ValidationError, model_validator

Model = TypeVar("Model", bound=BaseModel)
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a config file.

    Attributes:
        file: the file as the user named it.
        line: 1-based line of the value, or of the nearest parent that exists.
        path: dotted path of the field, for example ``cameras[0].zones[2].polygon``.
        expected: what the field takes.
        found: what stands there, shortened.
    """

    file: str
    line: int
    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        """One line, with the place first so that editors can jump to it."""
        return f"{self.file}:{self.line}: {self.path}: expected {self.expected}, found {self.found}"


class ConfigError(ValueError):
    """A config file that cannot be used; ``problems`` lists every mistake in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CrossCheckError(ValueError):
    """Mistakes between fields, raised by a model's validator.

    Attributes:
        items: (path below the validated model, expected, found), one each.
    """

    def __init__(self, items: Sequence[tuple[Key, str, str]]) -> None:
        self.items = tuple(items)
        super().__init__("; ".join(f"{path_text(k)}: expected {e}, found {f}" for k, e, f in items))


class CrossChecked(BaseModel):
    """A model with rules between its fields.

    Validation raises them as :class:`CrossCheckError`; :func:`loads` also asks for them when
    single fields are wrong, so ``cross_check`` takes raw data of any form.
    """

    @classmethod
    def cross_check(cls, data: Any) -> list[tuple[Key, str, str]]:
        """List what is wrong between fields: (path, expected, found), one each."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _no_cross_problem(self) -> Self:
        problems = self.cross_check(self.model_dump())
        if problems:
            raise CrossCheckError(problems)
        return self


def mappings(data: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give (index, item) of the list ``data[key]``, passing over whatever is no mapping."""
    items = data.get(key) if isinstance(data, dict) else None
    if isinstance(items, (list, tuple)):
        yield from ((i, item) for i, item in enumerate(items) if isinstance(item, dict))


def load(path: Path, model: type[Model]) -> Model:
    """Read and validate one YAML file.

    Args:
        path: the file.
        model: the pydantic model of its content.

    Returns:
        The validated settings.

    Raises:
        ConfigError: the file is missing, is no YAML, or does not fit the model.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "text that is not UTF-8"
        raise ConfigError([Problem(name, 1, "(file)", "a readable YAML file", reason)]) from error
    return loads(text, model, name=name)


def loads(text: str, model: type[Model], *, name: str = "(text)") -> Model:
    """Validate YAML text; as :func:`load`, with ``name`` in place of the file name."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        repeated = list(_repeated_keys(node)) if node is not None else []
        data = loader.construct_document(node) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = getattr(error, "problem", None) or "no YAML"
        raise ConfigError([Problem(name, line, "(file)", "valid YAML", problem)]) from error
    finally:
        loader.dispose()
    lines: dict[Key, int] = dict(_lines((), node)) if node is not None else {(): 1}
    problems = [
        Problem(name, line, path_text(key), "each key once", f"{key[-1]!r} twice")
        for key, line in repeated
    ]
    try:
        result = model.model_validate(data)
    except ValidationError as error:
        problems += _problems(error, name, lines)
        if issubclass(model, CrossChecked):
            # Pydantic checks between fields only when each field is sound; the installer wants
            # every mistake now. One that was found both ways is listed once.
            problems += _cross_problems((), model.cross_check(data), name, lines)
    if problems:
        raise ConfigError(sorted(set(problems), key=lambda p: (p.line, p.path)))
    return result


def path_text(key: Key) -> str:
    """Render ('cameras', 0, 'id') as ``cameras[0].id``."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text or "(file)"


def _lines(key: Key, node: yaml.Node) -> Iterator[tuple[Key, int]]:
    yield key, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            yield from _lines((*key, _scalar(key_node)), value_node)
            # The key's own line is where a reader looks first.
            yield (*key, _scalar(key_node)), key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines((*key, index), item)


def _repeated_keys(node: yaml.Node, key: Key = ()) -> Iterator[tuple[Key, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str | int] = set()
        for key_node, value_node in node.value:
            name = _scalar(key_node)
            if name in seen:
                yield (*key, name), key_node.start_mark.line + 1
            seen.add(name)
            yield from _repeated_keys(value_node, (*key, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, (*key, index))


def _scalar(node: yaml.Node) -> str | int:
    value = yaml.SafeLoader("").construct_object(node) if isinstance(node, yaml.ScalarNode) else "?"
    return value if isinstance(value, (str, int)) else str(value)


def _problems(error: ValidationError, name: str, lines: dict[Key, int]) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        key = _written(item["loc"], lines)
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, CrossCheckError):
            yield from _cross_problems(key, cause.items, name, lines)
            continue
        expected, found = _explain(item["type"], item["msg"], item["input"], item.get("ctx", {}))
        yield Problem(name, _line(key, lines), path_text(key), expected, found)


def _cross_problems(
    key: Key, items: Iterable[tuple[Key, str, str]], name: str, lines: dict[Key, int]
) -> Iterator[Problem]:
    for below, expected, found in items:
        full = (*key, *below)
        yield Problem(name, _line(full, lines), path_text(full), expected, found)


def _written(key: Key, lines: dict[Key, int]) -> Key:
    """Drop from a pydantic location what the user did not write: union tags and ``[key]``."""
    path: Key = ()
    for i, part in enumerate(key):
        if (*path, part) in lines or (i == len(key) - 1 and part != "[key]"):
            path = (*path, part)
    return path


def _explain(kind: str, message: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    if kind == "extra_forbidden":
        return "a known key", f"an unknown key with the value {short(value)}"
    if kind == "missing":
        return "a value", "nothing: the key is missing"
    if kind in _EXPECTED:
        return _EXPECTED[kind].format(**context), short(value)
    for prefix in ("Value error, ", "Assertion failed, ", "Input should be "):
        message = message.removeprefix(prefix)
    return message, short(value)


_EXPECTED = {
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "string_pattern_mismatch": "text that matches {pattern}",
    "union_tag_invalid": "{discriminator} to be one of {expected_tags}",
    "union_tag_not_found": "the key {discriminator}",
}


def _line(key: Key, lines: dict[Key, int]) -> int:
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def short(value: Any, limit: int = 60) -> str:
    """Show a value in at most ``limit`` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
