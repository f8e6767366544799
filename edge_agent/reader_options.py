"""From the words of the config to the options of a reader driver."""

from __future__ import annotations

import os
from pathlib import Path

from edge_agent.config import ReaderSettings
from hardware.rfid import ReaderOptions, TlsFiles


def reader_options(settings: ReaderSettings, folder: Path) -> ReaderOptions:
    """Give the options of a reader; relative files start from ``folder``."""

    def file(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    tls = settings.tls
    return ReaderOptions(
        settings.id,
        settings.source,
        tuple(settings.antennas),
        silent_after_s=settings.silent_after_s,
        power_dbm=settings.power_dbm,
        session=settings.session,
        population=settings.population,
        rf_mode=settings.rf_mode,
        search_mode=settings.search_mode,
        tls=TlsFiles(file(tls.ca), file(tls.cert), file(tls.key), check_host=tls.check_host),
        username=settings.username,
        password=os.environ.get(settings.password_env) if settings.password_env else None,
    )
