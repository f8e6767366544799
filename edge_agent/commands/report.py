"""``edge-agent report RECORDING|LOG``: one page with plots of a recording or a day."""

from __future__ import annotations

import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import jinja2
import typer

from edge_agent.commands import report_plots as plots
from edge_agent.commands import report_summary, report_zones
from edge_agent.commands.count import count
from edge_agent.commands.report_log import Log, LogError, read

_OUTCOMES = {
    "served": "已结账 · served",
    "reneged": "中途离开 · left before service",
    "jockeyed": "换道 · changed lane",
    "balked": "看后离去 · looked and left",
}


def report(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RECORDING|LOG", help="Video, or what edge-agent count wrote (.jsonl)."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="The page; by default beside the source.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Device config, for a video.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Camera of the config, where it has several.")
    ] = None,
) -> None:
    """Write an HTML page: queue length, waits predicted and real, dwell, heat map."""
    page = out if out is not None else source.with_suffix(".html")
    try:
        log = _measured(source, config, camera)
        page.write_text(render(log, source.name), encoding="utf-8")
    except LogError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"{page}: expected a place to write to, found {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{page}: {log.frames} frames, {len(log.lanes)} lanes, {len(log.zones)} zones")


def _measured(source: Path, config: Path | None, camera: str | None) -> Log:
    if source.suffix.lower() in (".jsonl", ".json", ".log"):
        return read(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "count.jsonl"
        count(source, path, config, camera)
        return read(path)


def render(log: Log, title: str) -> str:
    """Make the page; nothing in it comes from another place."""
    template = Path(__file__).with_name("report.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"s": _seconds, "percent": _percent, "clock": plots.clock}
    return environment.from_string(template).render(
        title=title,
        frames=log.frames,
        skipped=log.skipped,
        has_events=log.events is not None,
        people=log.people,
        inside=log.inside,
        lane_summaries=report_summary.lanes(log),
        zone_summaries=report_summary.zones(log),
        lanes=[_lane(log, name) for name in sorted(log.lanes)],
        zones=[report_zones.zone(log, name) for name in sorted(log.zones)],
        lines=sorted(log.lines.items()),
        in_shop=plots.lines([plots.Series("店内 · inside", plots.thin(log.in_shop))], "人"),
        heat=plots.heat(log.heat),
    )


def _lane(log: Log, name: str) -> dict[str, Any]:
    rows = log.lanes[name]
    ended = [e for e in log.of("wait_done") if e["lane"] == name]
    scored = [e for e in ended if e["outcome"] == "served" and e.get("predicted_s") is not None]
    return {
        "name": name,
        "length": plots.lines(
            [plots.Series("等待 · waiting", plots.thin([(r[0], r[1]) for r in rows]))], "人"
        ),
        "wait": plots.lines(
            [
                plots.Series("p50", plots.thin([(r[0], r[2]) for r in rows])),
                plots.Series("p90", plots.thin([(r[0], r[3]) for r in rows])),
            ],
            "s",
            # Against the moment at which the shopper joined, when the prediction was made.
            plots.Series(
                "实际 · real",
                [(max(e["t_s"] - e["wait_s"], rows[0][0]), e["wait_s"]) for e in scored],
            ),
        ),
        "outcomes": [
            (_OUTCOMES.get(outcome, outcome), number)
            for outcome, number in Counter(e["outcome"] for e in ended).items()
        ],
        "scatter": None,
        **(_score(scored) if scored else {}),
    }


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f} %"


def _score(waits: Sequence[dict[str, Any]]) -> dict[str, Any]:
    errors = [e["predicted_s"] - e["wait_s"] for e in waits]
    covered = [e["wait_s"] <= e["predicted_p90_s"] for e in waits]
    return {
        "scatter": plots.scatter([(e["predicted_s"], e["wait_s"]) for e in waits], "s"),
        "waits": len(waits),
        "mae_s": f"{statistics.fmean(map(abs, errors)):.1f}",
        "bias_s": f"{statistics.fmean(errors):+.1f}",
        "coverage": f"{100 * statistics.fmean(covered):.0f}",
    }
