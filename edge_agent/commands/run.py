"""``edge-agent run``: work until told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge_agent.commands.check import load_or_exit


def run(
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="Device config.")],
) -> None:
    """Run the agent of one device until Ctrl-C or SIGTERM."""
    settings = load_or_exit(config)
    # Wiring imports every driver; the other commands start without it.
    from edge_agent.main import run as run_agent

    run_agent(settings, config.resolve().parent)
