"""``edge-agent models``: list, verify, fetch, export, quantize and evaluate networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Column, Table

from edge_agent.commands.check import chosen_camera_or_exit
from edge_agent.config import CameraSettings
from edge_agent.perception.region import region_of
from hardware.cameras import RecordingError, open_recording
from models.evaluate.choices import Part, Result, choices, compare
from models.evaluate.labels import LabelError
from models.evaluate.labels import read as read_labels
from models.fetch import fetch as fetch_file
from models.manifest import ModelEntry, ModelError, known

app = typer.Typer(no_args_is_help=True, help="The networks that find people.")
Name = Annotated[str, typer.Argument(help="Name in the manifest, see `models list`.")]


@contextmanager
def _clear_errors() -> Iterator[None]:
    """One line for the user, and exit status 2."""
    try:
        yield
    except (ModelError, LabelError, RecordingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@app.command("list")
def list_models() -> None:
    """Show every network that a config can name."""
    with _clear_errors():
        entries = known().model
    for entry in entries:
        size = entry.input.size
        fits = f"{size[0]}x{size[1]}" if size else f"any multiple of {entry.input.multiple}"
        here = "" if entry.path.exists() else f"; get it with: edge-agent models fetch {entry.name}"
        typer.echo(f"{entry.name}: {entry.note or entry.family}{here}")
        typer.echo(
            f"    {entry.family}, input {fits}, threshold {entry.threshold}, {entry.licence}"
        )


@app.command()
def verify() -> None:
    """Check that every file is the one of its manifest, and that it runs."""
    from models.detector import Detector

    bad = 0
    with _clear_errors():
        entries = known().model
    for entry in entries:
        if entry.url is not None and not entry.path.exists():
            typer.echo(f"{entry.name}: not fetched")
            continue
        try:
            Detector(entry)
        except ModelError as error:
            typer.echo(f"{entry.name}: {error}", err=True)
            bad += 1
        else:
            typer.echo(f"{entry.name}: ok")
    if bad:
        raise typer.Exit(2)


@app.command()
def fetch(name: Name) -> None:
    """Download a network from its publisher; goes on where an earlier attempt stopped."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with (
        _clear_errors(),
        Progress(*columns, TransferSpeedColumn(), console=Console(stderr=True)) as progress,
    ):
        task = progress.add_task(name, total=None)
        path = fetch_file(
            known().get(name),
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    typer.echo(str(path))


@app.command()
def export(
    weights: Annotated[
        Path, typer.Argument(help="Weights (.pt) or architecture (.yaml) of ultralytics.")
    ],
    name: Annotated[str, typer.Option("--name", help="Name in the manifest.")],
    size: Annotated[str, typer.Option("--size", help="Input, width x height.")] = "640x352",
    nms_free: Annotated[
        bool, typer.Option("--nms-free", help="Export the one-to-one head, where there is one.")
    ] = False,
    calibrate: Annotated[
        list[Path] | None,
        typer.Option("--calibrate", help="Video to calibrate int8 on; none leaves it float."),
    ] = None,
) -> None:
    """Export a YOLO to ONNX for this product (needs the extra [export]; AGPL-3.0)."""
    with _clear_errors():
        from models.export import export as export_yolo

        entry = export_yolo(
            weights,
            name=name,
            size=_size(size),
            nms_free=nms_free,
            pictures=_pictures(calibrate or []),
        )
    typer.echo(f"{entry.path}: model {entry.name}, family {entry.family}")


@app.command()
def quantize(
    name: Name,
    calibrate: Annotated[
        list[Path], typer.Option("--calibrate", help="Videos that the ranges are measured on.")
    ],
    new_name: Annotated[str, typer.Option("--name", help="Name of the int8 network.")],
) -> None:
    """Make an int8 network of a float one; judge it on other videos than these."""
    with _clear_errors():
        from models.export import quantize as quantize_entry

        entry = quantize_entry(known().get(name), name=new_name, pictures=_pictures(calibrate))
    typer.echo(f"{entry.path}: model {entry.name}")


@app.command()
def evaluate(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="Recording of the camera.")],
    labels: Annotated[Path, typer.Option("--labels", help="Its boxes, as MOT challenge CSV.")],
    name: Annotated[str, typer.Option("--model", help="Network to try.")] = "person",
    every: Annotated[int, typer.Option("--every", min=1, help="Take each n-th frame.")] = 1,
    threshold: Annotated[
        float | None, typer.Option("--threshold", help="Score that counts as a person.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Device config: judges where its camera's zones are."),
    ] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Camera of the config, where it has several.")
    ] = None,
) -> None:
    """Compare ways to feed a network on a labelled recording of your own camera."""
    settings = chosen_camera_or_exit(config, camera)
    with _clear_errors():
        entry = known().get(name)
        boxes = read_labels(labels)
        frames = _labelled_frames(video, every, max(boxes, default=0))
        first = next(frames, None)
        if first is None:
            raise RecordingError(f"{video}: expected a video, found no frame")
        source = (first[1].shape[1], first[1].shape[0])
        part = None if settings is None else _part(settings, source)
        tried = choices(source, entry, part)
        results = compare(
            entry, tried, _after(first, frames), boxes, threshold=threshold, within=part
        )
    Console().print(_table(entry, results))


def _part(camera: CameraSettings, source: tuple[int, int]) -> Part | None:
    """Where the zones are, as ``region: zones`` shows it to the network."""
    detector = camera.detector.model_copy(update={"region": "zones"})
    region = region_of(camera.model_copy(update={"detector": detector}))
    return None if region is None else region.pixels(*source)


def _table(entry: ModelEntry, results: list[Result]) -> Table:
    judged = results[0].accuracy
    table = Table(
        Column("input", no_wrap=True),
        "AP50",
        "recall",
        "count MAE",
        "best F1",
        "threshold",
        "CPU ms",
        title=f"{entry.name}: {judged.people} people in {judged.frames} frames",
        caption=(
            f"recall at precision 0.9; count MAE at threshold {judged.threshold:.2f}; "
            "best F1 and the threshold that gives it; CPU time of a frame, one thread"
        ),
        box=SIMPLE,
    )
    for result in results:
        accuracy = result.accuracy
        table.add_row(
            str(result.choice),
            f"{accuracy.ap50:.3f}",
            f"{accuracy.recall_at_p90:.3f}",
            f"{accuracy.count_mae:.2f}",
            f"{accuracy.best_f1:.3f}",
            f"{accuracy.best_threshold:.2f}",
            f"{result.cpu_ms:.1f}",
        )
    return table


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ModelError(f"--size: expected width x height, for example 640x352, found {text!r}")
    return int(width), int(height)


def _labelled_frames(video: Path, every: int, last: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Each n-th frame, up to the last one that has labels."""
    recording = open_recording(video)
    index = 0
    while index <= last and recording.advance():
        if index % every == 0 and (image := recording.picture()) is not None:
            yield index, image
        index += 1


def _after(
    first: tuple[int, NDArray[np.uint8]], rest: Iterator[tuple[int, NDArray[np.uint8]]]
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    yield first
    yield from rest


def _pictures(videos: list[Path], a_video: int = 30) -> list[NDArray[np.uint8]]:
    """Frames spread over the videos."""
    chosen = []
    for video in videos:
        recording = open_recording(video)
        every = max(1, (recording.frames or a_video) // a_video)
        index = 0
        while recording.advance():
            if index % every == 0 and (image := recording.picture()) is not None:
                chosen.append(image)
            index += 1
    return chosen
