"""``edge-agent run``: work until told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge_agent.commands.check import load_or_exit
from hardware.cameras.source import SourceError


def run(
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="Device config.")],
) -> None:
    """Run the agent of one device until Ctrl-C or SIGTERM."""
    settings = load_or_exit(config)
    # Wiring imports every driver; the other commands start without it.
    from edge_agent.main import AgentFailedError
    from edge_agent.main import run as run_agent
    from models.manifest import ModelError

    try:
        run_agent(settings, config.resolve().parent)
    except AgentFailedError as error:
        typer.echo(f"stopped: {error}", err=True)
        raise typer.Exit(1) from None
    except (ModelError, SourceError) as error:
        typer.echo(f"{config}: {error}", err=True)
        raise typer.Exit(2) from None
