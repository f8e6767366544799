"""The command line ``store-gateway``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
import typer

from configs.loading import ConfigError
from gateway.config import GatewayConfig, load

app = typer.Typer(
    name="store-gateway",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = structlog.get_logger(__name__)

ConfigFile = Annotated[Path, typer.Argument(help="Config of the gateway (YAML).")]


@app.callback()
def _root() -> None:
    """Decides what a store's staff and shoppers are told, from what the devices measure."""


@app.command()
def run(
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
) -> None:
    """Run the gateway until it is told to stop."""
    from gateway.main import run as run_gateway  # `check` need not load a web server
    from gateway.state.database import DatabaseError

    settings = _load(config)
    try:
        run_gateway(settings, on_ready=lambda url: typer.echo(f"pages: {url}/overview"))
    except DatabaseError as error:
        _fail(str(error))
    except OSError as error:
        place = f"{settings.http.host}:{settings.http.port}"
        _fail(f"{config}: http: expected a free address of this machine, found {place}: {error}")


@app.command()
def check(file: ConfigFile) -> None:
    """Say whether a config can be used, with every mistake in it."""
    settings = _load(file)
    typer.echo(
        f"{file}: ok: store {settings.store}, {len(settings.lanes)} lanes, "
        f"{len(settings.all_screens)} screens, {len(settings.shelves)} shelves"
    )


def _load(path: Path) -> GatewayConfig:
    try:
        return load(path)
    except ConfigError as error:
        _fail(str(error))
        raise AssertionError from error  # _fail never returns


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(2)


def main() -> None:
    """Run the command line."""
    app()
