"""``edge-agent probe SOURCE``: is this camera placed so that people can be counted?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge_agent.commands.check import chosen_camera_or_exit
from edge_agent.config import CameraSettings, LineZone, Zone
from edge_agent.perception.placement import Finding, Grade, overall
from edge_agent.survey import Report, Survey
from hardware.cameras import (
    RecordingError,
    SourceError,
    SourceKind,
    open_camera,
    open_recording,
    parse_source,
)
from hardware.cameras.live import Pace
from hardware.interfaces import Image
from models.manifest import ModelError

_COLOURS = {
    Grade.GOOD: (60, 180, 60),
    Grade.FAIR: (0, 180, 255),
    Grade.POOR: (60, 60, 230),
    Grade.UNKNOWN: (150, 150, 150),
}
_STYLES = {Grade.GOOD: "green", Grade.FAIR: "yellow", Grade.POOR: "red", Grade.UNKNOWN: "dim"}


def probe(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="rtsp://, http(s)://, /dev/videoN or a file.")
    ],
    config: Annotated[
        Path | None, typer.Option("--config", help="Device config; grades the camera's zones.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Camera of the config, where it has several.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--for", min=1.0, help="How long to look, in seconds.")
    ] = 20.0,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="Write the place with its zones, people blurred."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            help="Write the place alone, people blurred: the config's commissioning picture.",
        ),
    ] = None,
) -> None:
    """Look through a camera and say how well it is placed; no picture is kept unless asked for."""
    known = chosen_camera_or_exit(config, camera) or CameraSettings(id="probe", source=source)
    settings = known.model_copy(update={"source": source})
    console = Console()
    try:
        report = _look(settings, seconds, console)
    except (SourceError, RecordingError, ModelError, _NothingSeenError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    _print(console, settings, report)
    if reference is not None:
        _write(reference, report.place)
    if picture is not None:
        _write(picture, _annotated(report, settings.zones))


class _NothingSeenError(Exception):
    """The camera gave no picture; the text says why."""


def _look(settings: CameraSettings, seconds: float, console: Console) -> Report:
    survey = Survey(settings)
    if parse_source(settings.source).kind is SourceKind.FILE:
        fps = _look_at_recording(survey, settings, seconds, console)
    else:
        fps = _look_live(survey, settings, seconds, console)
    return survey.report(fps=fps)


def _look_at_recording(
    survey: Survey, settings: CameraSettings, seconds: float, console: Console
) -> float:
    recording = open_recording(parse_source(settings.source).address)
    pace = Pace(settings.fps)
    try:
        while recording.advance() and recording.t_s < seconds:
            if pace.due(recording.t_s):
                frame = recording.current()
                if frame is not None:
                    survey.take(frame)
        if not survey.frames:
            raise _NothingSeenError(f"{settings.source}: expected a video, found no picture in it")
        return min(recording.fps, settings.fps)
    finally:
        recording.close()


def _look_live(survey: Survey, settings: CameraSettings, seconds: float, console: Console) -> float:
    camera = open_camera(settings.source, clock=time.monotonic, fps=settings.fps)
    try:
        first = camera.read(15.0)
        if first is None:
            raise _NothingSeenError(f"expected a picture within 15 s, found none: {camera.detail}")
        began_s, given = time.monotonic(), camera.counters["frames"]
        survey.take(first)
        ticks = np.arange(0.0, seconds, 0.5)
        for tick in track(ticks, "Looking", console=console, transient=True):
            while time.monotonic() < began_s + tick + 0.5:
                frame = camera.read(0.2)
                if frame is not None:
                    survey.take(frame, arrived_s=time.monotonic())
        lasted_s = time.monotonic() - began_s
        return min(settings.fps, (camera.counters["frames"] - given) / lasted_s)
    finally:
        camera.close()


def _print(console: Console, settings: CameraSettings, report: Report) -> None:
    stream = report.stream
    console.print(f"{stream.width}×{stream.height}, {stream.fps:.1f} pictures a second")
    table = Table("Where", "Grade", "Seen", "What to change")
    _rows(table, "picture", overall(report.general), report.general)
    _rows(table, "people", overall(report.everywhere), report.everywhere)
    for zone, findings in report.zones.items():
        _rows(table, zone, report.grade(zone), findings)
    console.print(table)
    if report.threshold is None:
        console.print("Too few people were followed to suggest a detection threshold.")
    else:
        console.print(f"Suggested: detector: {{threshold: {report.threshold}}}")


def _rows(table: Table, where: str, grade: Grade, findings: list[Finding]) -> None:
    shown = f"[{_STYLES[grade]}]{grade.value}"
    for number, finding in enumerate(findings):
        seen = f"[{_STYLES[finding.grade]}]{finding.what}"
        first = (where, shown) if number == 0 else ("", "")
        table.add_row(*first, seen, finding.change)
    table.add_section()


def _annotated(report: Report, zones: tuple[Zone, ...]) -> Image:
    image = report.place.copy()
    height, width = image.shape[:2]
    for zone in zones:
        line = isinstance(zone, LineZone)
        corners = zone.points if isinstance(zone, LineZone) else zone.polygon
        points = np.array([(x * width, y * height) for x, y in corners], np.int32)
        grade = Grade.UNKNOWN if line else report.grade(zone.id)
        cv2.polylines(image, [points], not line, _COLOURS[grade], 2, cv2.LINE_AA)
        label = zone.id if line else f"{zone.id}: {grade.value}"
        place = (int(points[:, 0].min()) + 4, int(points[:, 1].min()) + 18)
        cv2.putText(image, label, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(
            image, label, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55, _COLOURS[grade], 1, cv2.LINE_AA
        )
    return image


def _write(path: Path, image: Image) -> None:
    suffix = path.suffix if path.suffix.lower() in (".png", ".jpg", ".jpeg") else ".png"
    _, data = cv2.imencode(suffix, image)
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        reason = error.strerror
        typer.echo(f"{path}: expected a file that can be written, found {reason}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{path}: written, people blurred")
