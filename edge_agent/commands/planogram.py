"""``edge-agent planogram FILE``: a catalogue as CSV or JSON → the shelves of a device config."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from edge_agent.shelves.catalogue import CatalogueError, planogram, read_csv, read_json


def print_planogram(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Catalogue, .csv or .json.")],
) -> None:
    """Print the shelves of a catalogue as a device config has them; exit 2 on any mistake."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        items = read_json(text) if file.suffix.lower() == ".json" else read_csv(text)
    except CatalogueError as error:
        for problem in error.problems:
            typer.echo(f"{file}:{problem}", err=True)
        raise typer.Exit(2) from None
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{file}: expected a readable UTF-8 file, found: {error}", err=True)
        raise typer.Exit(2) from None
    shelves = [shelf.model_dump(exclude_defaults=True) for shelf in planogram(items)]
    for shelf in shelves:
        shelf["facings"] = list(shelf.get("facings", ()))
    typer.echo(yaml.safe_dump({"shelves": shelves}, sort_keys=False, allow_unicode=True).rstrip())
