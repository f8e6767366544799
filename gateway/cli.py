"""The command line ``store-gateway``."""

from __future__ import annotations

import json
import signal
import threading
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


@app.command()
def replay(
    messages: Annotated[Path, typer.Argument(help="Recorded messages, JSON lines.")],
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the decisions go, JSON lines.")],
) -> None:
    """Run recorded messages through state, rules and alerts, faster than real time."""
    from gateway.replay import RecordingError, Replay, read

    settings = _load(config)
    try:
        with messages.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as decisions:
            for decision in Replay(settings).run(read(lines)):
                decisions.write(json.dumps(decision, ensure_ascii=False) + "\n")
    except RecordingError as error:
        _fail(f"{messages}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{messages}: expected a readable recording and a writable result: {error}")
    typer.echo(json.dumps(decision["summary"]))


@app.command()
def record(
    config: Annotated[Path, typer.Option("--config", help="Config of the gateway (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the messages go, JSON lines.")],
) -> None:
    """Record what devices say until told to stop, for `replay` and for reports of errors."""
    from gateway.ingest.recording import record as record_messages

    settings, ended = _load(config), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with out.open("a", encoding="utf-8") as lines:
        count = record_messages(settings, lines.write, ended)
    typer.echo(f"{out}: {count} messages")


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
