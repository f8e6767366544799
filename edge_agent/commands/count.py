"""``edge-agent count VIDEO``: count people in a recording, faster than real time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from edge_agent.commands.check import chosen_camera_or_exit
from edge_agent.config import CameraSettings
from edge_agent.measures.readings import Readings, ZoneData
from edge_agent.pipeline import CameraPipeline
from edge_agent.tracking.tracks import Tracks
from hardware.cameras import Recording, RecordingError, open_recording
from hardware.interfaces import Frame
from models.detections import Detections
from models.manifest import ModelError

_HIDDEN_SCORE = 0.05
"""Score of somebody who is not seen in a frame: below every detection."""


def count(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="Recording to count in.")],
    out: Annotated[Path, typer.Option("--out", help="Where the lines go, one JSON object each.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Device config; its camera's zones and rate apply."),
    ] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Camera of the config, where it has several.")
    ] = None,
) -> None:
    """Detect and track people in every frame; with a config, measure its lanes, zones and lines."""
    settings = chosen_camera_or_exit(config, camera)
    try:
        recording = open_recording(video)
        counter = _Counter(settings)
        with out.open("w", encoding="utf-8") as sink:
            summary = _count_all(recording, counter, sink)
    except (OSError, RecordingError, ModelError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{out}: {summary['frames']} frames, {summary['people']} people")


class _Counter:
    """From frame to line.

    Args:
        settings: the camera, or None to detect and track alone.
    """

    def __init__(self, settings: CameraSettings | None) -> None:
        self._pipeline = CameraPipeline(settings or CameraSettings(id="video", source="video"))
        self.step_s = 1.0 / settings.fps if settings else 0.0
        self._frames = 0
        self._people: set[int] = set()
        self._most = 0
        self._last = Readings(0.0)
        self._events: list[dict[str, Any]] = []
        self._size = (0, 0)
        self._passed_s: dict[str, list[float]] = {}

    def line(self, frame: Frame) -> dict[str, Any]:
        """What is known after one more frame."""
        step = self._pipeline.step(frame)
        self._size = (frame.image.shape[1], frame.image.shape[0])
        self._events += [
            {"t_s": round(frame.t_s, 3), "type": event.type, **event.model_dump(mode="json")}
            for event in step.readings.events
        ]
        confirmed = step.tracks.ids[step.tracks.confirmed].tolist()
        self._frames += 1
        self._people.update(confirmed)
        self._most = max(self._most, len(confirmed))
        self._note_passers(step.readings)
        self._last = step.readings
        return {
            "frame": frame.index,
            "t_s": round(frame.t_s, 3),
            "people": list(_people(step.detections, step.tracks)),
            **_measured(step.readings),
        }

    def summary(self) -> dict[str, Any]:
        """Totals of all frames so far."""
        return {
            "frames": self._frames,
            "people": len(self._people),
            "most_at_once": self._most,
            "frame_size": self._size,
            "inside": self._last.occupancy,
            "events": self._events,
            **_measured(self._last),
            "zones": {
                zone: {**_dwelled(data), "passed_s": self._passed_s.get(zone, [])}
                for zone, data in self._last.zones.items()
            },
        }

    def _note_passers(self, readings: Readings) -> None:
        """Keep when people passed a zone without stopping; no event tells of them."""
        for zone, data in readings.zones.items():
            before = self._last.zones.get(zone)
            new = data.passers - (0 if before is None else before.passers)
            self._passed_s.setdefault(zone, []).extend([round(readings.t_s, 1)] * new)


def _people(detections: Detections, tracks: Tracks) -> Iterator[dict[str, Any]]:
    """Every detection, then the confirmed people whom this frame hides."""
    owner: NDArray[np.int64] = np.full(len(detections), -1, np.int64)
    seen = tracks.confirmed & tracks.seen
    owner[tracks.detection[seen]] = tracks.ids[seen]
    for row, track in enumerate(owner.tolist()):
        yield _person(None if track < 0 else track, detections.boxes[row], detections.scores[row])
    hidden = tracks.confirmed & ~tracks.seen
    for track, box in zip(tracks.ids[hidden].tolist(), tracks.boxes[hidden], strict=True):
        yield _person(track, box, _HIDDEN_SCORE)


def _person(track: int | None, box: NDArray[np.float32], score: float) -> dict[str, Any]:
    return {
        "track": track,
        "bbox": [round(side, 1) for side in box.tolist()],
        "score": round(float(score), 4),
    }


def _measured(readings: Readings) -> dict[str, Any]:
    return {
        "lanes": {
            lane: {
                "waiting": data.waiting,
                "served": data.served,
                "wait_s": _tenths(data.wait_s),
                "wait_p90_s": _tenths(data.wait_p90_s),
            }
            for lane, data in readings.lanes.items()
        },
        "zones": {zone: {"occupancy": data.occupancy} for zone, data in readings.zones.items()},
        "lines": {
            line: {"in": entered, "out": left} for line, (entered, left) in readings.lines.items()
        },
    }


def _dwelled(data: ZoneData) -> dict[str, Any]:
    return {
        "occupancy": data.occupancy,
        "visits": data.visits,
        "passers": data.passers,
        "dwell_p50_s": _tenths(data.dwell_p50_s),
        "dwell_p90_s": _tenths(data.dwell_p90_s),
    }


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _count_all(recording: Recording, counter: _Counter, sink: TextIO) -> dict[str, Any]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("frames", total=recording.frames or None)
        for frame in _due(recording, counter.step_s):
            sink.write(json.dumps(counter.line(frame)) + "\n")
            progress.update(task, completed=frame.index + 1)
    summary = counter.summary()
    sink.write(json.dumps({"summary": summary}) + "\n")
    return summary


def _due(recording: Recording, step_s: float) -> Iterator[Frame]:
    """The frames to look at: one each ``step_s`` seconds, or all where the recording has fewer."""
    # Due times lie on a grid, so that the rate is kept on average; half a frame early is nearer
    # than half a frame late.
    due_s = 0.0
    slack_s = 0.5 / recording.fps
    for index in itertools.count():
        if not recording.advance():
            return
        if step_s and recording.t_s < due_s - slack_s:
            continue
        image = recording.picture()
        if image is not None:
            due_s = max(due_s + step_s, recording.t_s)
            yield Frame(image, recording.t_s, index)
