"""Catalogue and planogram as CSV or JSON text: every mistake at once, with its row. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from configs.loading import short
from configs.settings import Gtin, Id
from edge_agent.config import Facing, ShelfSettings

Name = Annotated[str, Field(min_length=1, max_length=120)]


class Item(BaseModel):
    """One row: a product, and where it lies if it lies anywhere.

    Attributes:
        gtin: GTIN-8, -12, -13 or -14; kept as GTIN-14.
        name_zh, name_en: name on screens.
        style, colour, size: of clothes and shoes; sizes of one style and colour belong together.
        price: in the store's currency.
        picture: file name of a picture.
        capacity, min: of the facing.
        shelf: shelf id.
        facing: 1-based place on that shelf, from the left.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    gtin: Gtin
    name_zh: Name
    name_en: Name
    style: str | None = None
    colour: str | None = None
    size: str | None = None
    price: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] | None = None
    picture: str | None = None
    capacity: Annotated[int, Field(ge=1)] | None = None
    min: Annotated[int, Field(ge=0)] = 0
    shelf: Id | None = None
    facing: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Item:
        if self.capacity is not None and self.min > self.capacity:
            raise ValueError(f"min of at most the capacity {self.capacity}")
        return self


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One mistake.

    Attributes:
        row: 1-based line of the CSV text (the header is 1), or 1-based entry of the JSON list.
        field: name of the field, or ``(row)``.
        expected: what it takes.
        found: what stands there, shortened.
    """

    row: int
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        """One line; the caller puts the file name before it."""
        return f"{self.row}: {self.field}: expected {self.expected}, found {self.found}"


class CatalogueError(ValueError):
    """Text that is no catalogue; ``problems`` lists every mistake in it."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_csv(text: str) -> tuple[Item, ...]:
    """Read CSV text whose header names fields of :class:`Item`; empty cells mean no value.

    Raises:
        CatalogueError: with every mistake in it.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = [name.strip() for name in next(reader, [])]
    missing = [n for n, f in Item.model_fields.items() if f.is_required() and n not in header]
    if missing:
        expected = f"columns {', '.join(missing)}"
        raise CatalogueError([RowProblem(1, "(row)", expected, short(",".join(header)))])
    rows: list[tuple[int, dict[str, Any]]] = []
    problems = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            expected = f"{len(header)} cells"
            problems.append(RowProblem(reader.line_num, "(row)", expected, str(len(cells))))
            continue
        pairs = zip(header, (cell.strip() for cell in cells), strict=True)
        rows.append((reader.line_num, {name: cell for name, cell in pairs if cell}))
    return _items(rows, problems)


def read_json(text: str) -> tuple[Item, ...]:
    """Read a JSON list of objects with the fields of :class:`Item`.

    Raises:
        CatalogueError: with every mistake in it.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise CatalogueError([RowProblem(error.lineno, "(file)", "JSON", error.msg)]) from None
    if not isinstance(data, list):
        raise CatalogueError([RowProblem(1, "(file)", "a list of objects", short(data))])
    return _items(list(enumerate(data, start=1)), [])


def planogram(items: Sequence[Item]) -> tuple[ShelfSettings, ...]:
    """Give the shelves of a catalogue, as a device config has them, in order of the ids."""
    shelves: dict[str, list[Item]] = {}
    for item in items:
        if item.shelf is not None:
            shelves.setdefault(item.shelf, []).append(item)
    return tuple(
        ShelfSettings(
            id=shelf,
            facings=tuple(
                Facing(
                    gtin=item.gtin,
                    capacity=item.capacity,
                    min=item.min,
                    style=item.style,
                    colour=item.colour,
                    size=item.size,
                )
                for item in sorted(shelves[shelf], key=lambda i: i.facing or 0)
            ),
        )
        for shelf in sorted(shelves)
    )


def _items(rows: Sequence[tuple[int, Any]], problems: list[RowProblem]) -> tuple[Item, ...]:
    items: list[Item] = []
    first: dict[str, int] = {}
    places: dict[tuple[str, int], int] = {}
    for row, data in rows:
        try:
            item = Item.model_validate(data)
        except ValidationError as error:
            problems += _row_problems(row, error)
            continue
        if item.gtin in first:
            expected = f"a GTIN used once (row {first[item.gtin]} has it)"
            problems.append(RowProblem(row, "gtin", expected, item.gtin))
        if item.shelf is not None and item.facing is not None:
            place = (item.shelf, item.facing)
            if place in places:
                expected = f"a facing used once (row {places[place]} has it)"
                problems.append(RowProblem(row, "facing", expected, f"{item.shelf}/{item.facing}"))
            places.setdefault(place, row)
        first.setdefault(item.gtin, row)
        items.append(item)
    if problems:
        raise CatalogueError(sorted(problems, key=lambda problem: problem.row))
    return tuple(items)


def _row_problems(row: int, error: ValidationError) -> Iterator[RowProblem]:
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else "(row)"
        if problem["type"] == "extra_forbidden":
            yield RowProblem(row, name, "no such field", short(problem["input"]))
        elif problem["type"] == "missing":
            yield RowProblem(row, name, "a value", "nothing")
        else:
            expected = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            yield RowProblem(row, name, expected, short(problem["input"]))
