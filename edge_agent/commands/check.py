"""``edge-agent check FILE``: say everything that is wrong with a config."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.loading import ConfigError
from edge_agent.config import CameraSettings, DeviceConfig, load
from edge_agent.shelf_setup import calibration_of


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Device config to check.")],
) -> None:
    """Check a device config: one line a mistake, exit 2 when there is any."""
    config = load_or_exit(file)
    zones = sum(len(camera.zones) for camera in config.cameras)
    typer.echo(
        f"{file}: ok: device {config.device} of store {config.store}, "
        f"{len(config.cameras)} cameras with {zones} zones, "
        f"{len(config.readers)} readers, {len(config.shelves)} shelves"
    )


def load_or_exit(file: Path) -> DeviceConfig:
    """Load a config; with mistakes print each on a line of stderr and exit with 2."""
    try:
        config = load(file)
        calibration_of(config, file.resolve().parent)
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    return config


def chosen_camera_or_exit(config: Path | None, camera: str | None) -> CameraSettings | None:
    """Load the camera that ``--config`` and ``--camera`` name; None without a config.

    A config with one camera needs no ``--camera``. With mistakes print each and exit with 2.
    """
    if config is None:
        if camera is not None:
            typer.echo("--camera: expected with --config, found alone", err=True)
            raise typer.Exit(2)
        return None
    cameras = {known.id: known for known in load_or_exit(config).cameras}
    if camera is None and len(cameras) == 1:
        return next(iter(cameras.values()))
    if camera not in cameras:
        expected = f"expected one of {', '.join(cameras)}" if cameras else "expected a camera"
        found = "no --camera" if camera is None else repr(camera)
        typer.echo(f"{config}: --camera: {expected}, found {found}", err=True)
        raise typer.Exit(2)
    return cameras[camera]
