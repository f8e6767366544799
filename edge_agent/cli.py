"""The command line ``edge-agent``."""

from __future__ import annotations

import typer

from edge_agent.commands.check import check
from edge_agent.commands.count import count
from edge_agent.commands.models import app as models
from edge_agent.commands.planogram import print_planogram
from edge_agent.commands.privacy import privacy
from edge_agent.commands.probe import probe
from edge_agent.commands.record import record
from edge_agent.commands.report import report
from edge_agent.commands.run import run
from edge_agent.commands.shelves import app as shelves

app = typer.Typer(
    name="edge-agent",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run)
app.command("check")(check)
app.command("count")(count)
app.add_typer(models, name="models")
app.add_typer(shelves, name="shelves")
app.command("planogram")(print_planogram)
app.command("report")(report)
app.command("record")(record)
app.command("probe")(probe)
app.command("privacy")(privacy)


@app.callback()
def _root() -> None:
    """Counts people at checkouts, reads smart shelves, and publishes both over MQTT."""


def main() -> None:
    """Run the command line."""
    app()
