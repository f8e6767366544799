"""From the words of the config to the shelf filter, with the calibration that the config names."""

from __future__ import annotations

from pathlib import Path

from configs.loading import ConfigError, Problem, load
from edge_agent.config import DeviceConfig
from edge_agent.shelves import Shelves
from edge_agent.shelves.calibration import Calibration, name


def calibration_of(config: DeviceConfig, folder: Path) -> Calibration | None:
    """Read the calibration of a config; relative files start from ``folder``.

    Raises:
        ConfigError: the file cannot be used, or names shelves or antennas that the config lacks.
    """
    if config.calibration is None:
        return None
    file = folder / config.calibration
    calibration = load(file, Calibration)
    shelves = {shelf.id for shelf in config.shelves}
    antennas = {name((r.id, port)) for r in config.readers for port in r.antennas}
    problems = [
        Problem(str(file), 1, f"shelves.{shelf}", "the id of a shelf in shelves", repr(shelf))
        for shelf in calibration.shelves
        if shelf not in shelves
    ] + [
        Problem(str(file), 1, f"shelves.{shelf}.{key}", "an antenna of a reader", repr(key))
        for shelf, heard in calibration.shelves.items()
        for key in heard
        if key not in antennas
    ]
    if problems:
        raise ConfigError(problems)
    return calibration


def open_shelves(config: DeviceConfig, folder: Path) -> Shelves:
    """Make the shelf filter of a device.

    Raises:
        ConfigError: as :func:`calibration_of`.
    """
    return Shelves(config.readers, config.shelves, calibration=calibration_of(config, folder))
