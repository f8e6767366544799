"""A clip of the simulated shop: pictures, and for each the exact truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import yaml

from simulators.camera.drawing import Image, Painter, Seen
from simulators.camera.projection import View
from simulators.camera.views import VIEWS, moved
from simulators.camera.zones import device_config
from simulators.scene.scene import Scene
from simulators.scene.settings import SceneSettings
from simulators.scene.truth import Event, Snapshot


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a clip.

    Attributes:
        frame: 0-based.
        t_s: seconds from the first picture.
        image: (H, W, 3) uint8 BGR; None where only the truth was asked for.
        snapshot: the shop at that moment; its ``t_s`` is the time of the scene.
        people: everybody whose body touches the picture; empty without truth.
        events: what happened since the picture before, in the time of the scene.
    """

    frame: int
    t_s: float
    image: Image | None
    snapshot: Snapshot
    people: list[Seen]
    events: list[Event]

    def as_dict(self) -> dict[str, Any]:
        """Truth of the picture, ready for JSON; boxes in pixels."""
        shown = {seen.person: seen for seen in self.people}
        content = self.snapshot.as_dict()
        people = [
            {**person, **_seen(shown[person["person"]])}
            for person in content["people"]
            if person["person"] in shown
        ]
        return {
            "frame": self.frame,
            "t_s": round(self.t_s, 3),
            "people": people,
            "lanes": content["lanes"],
            "zones": content["zones"],
            "crossed": content["crossed"],
            "events": [event.as_dict() for event in self.events],
        }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "bbox": [round(side, 1) for side in seen.box],
        "visible_bbox": list(seen.visible_box) if seen.visible_box is not None else None,
        "visible": round(seen.visible, 3),
    }


@dataclass(frozen=True, slots=True)
class Take:
    """What to film.

    Attributes:
        settings: the shop.
        view: name in :data:`simulators.camera.views.VIEWS`.
        seed: of the shop.
        seconds: length.
        fps: pictures a second.
        from_s: how long the shop is open before.
        moved: seed of another place for the camera, 0 for the usual one.
        solid: draw people as lit solid bodies.
    """

    settings: SceneSettings
    view: str
    seed: int = 1
    seconds: float = 240.0
    fps: float = 8.0
    from_s: float = 600.0
    moved: int = 0
    solid: bool = False


def film(video: Path, take: Take) -> int:
    """Write a video, its truth (``.jsonl``) and a config for it (``.yaml``); returns the frames.

    Raises:
        ValueError: there is no such view.
        OSError: the video cannot be written.
    """
    if take.view not in VIEWS:
        raise ValueError(f"view: expected one of {', '.join(VIEWS)}, found {take.view!r}")
    scene = Scene(take.settings, take.seed)
    layout = take.settings.layout
    view = VIEWS[take.view](layout)
    if take.moved:
        view = moved(view, take.moved)
    scene.advance(take.from_s)
    config = device_config(layout, {"cam-1": (view, str(video))}, fps=take.fps)
    video.with_suffix(".yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    clip = shots(scene, view, seconds=take.seconds, fps=take.fps, solid=take.solid)
    return record(video, video.with_suffix(".jsonl"), clip, view, take.fps)


def shots(
    scene: Scene,
    view: View,
    *,
    seconds: float,
    fps: float = 8.0,
    draw: bool = True,
    truth: bool = True,
    noise: bool = True,
    solid: bool = False,
) -> Iterator[Shot]:
    """Film a scene from where it stands now.

    Args:
        scene: it lives on while it is filmed.
        view: the camera.
        seconds: length of the clip.
        fps: pictures a second.
        draw: draw the pictures.
        truth: find the boxes and visible shares.
        noise: add the noise of a sensor.
        solid: draw people as lit solid bodies.
    """
    painter = Painter(scene.settings.layout, view, noise=noise, solid=solid)
    start_s = scene.now_s
    scene.take_events()
    for frame in range(round(seconds * fps)):
        scene.advance(start_s + frame / fps)
        snapshot = scene.snapshot()
        yield Shot(
            frame,
            frame / fps,
            painter.draw(snapshot) if draw else None,
            snapshot,
            painter.truth(snapshot) if truth else [],
            scene.take_events(),
        )


def record(video: Path, truth: Path, clip: Iterator[Shot], view: View, fps: float = 8.0) -> int:
    """Write a clip as a Motion JPEG video and its truth as JSON lines; returns the frames.

    Raises:
        OSError: the video cannot be written.
    """
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(video), code, fps, (view.width, view.height))
    if not writer.isOpened():
        raise OSError(f"{video}: cannot be written as a Motion JPEG video")
    frames = 0
    try:
        with truth.open("w", encoding="utf-8") as lines:
            for shot in clip:
                if shot.image is not None:
                    writer.write(shot.image)
                lines.write(json.dumps(shot.as_dict()) + "\n")
                frames += 1
    finally:
        writer.release()
    return frames
