"""Makers' own settings, by the names that an installer uses."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

from hardware.rfid.llrp.parameters import custom
from hardware.rfid.llrp.types import IMPINJ_PEN, ZEBRA_PEN
from hardware.rfid.options import SearchMode

IMPINJ_SEARCH_MODES: Mapping[SearchMode, int] = MappingProxyType(
    {"reader": 0, "single": 1, "dual": 2, "single_suppressed": 3}
)
"""Values of ImpinjInventorySearchMode."""

_IMPINJ_SEARCH_MODE = (IMPINJ_PEN, 23)
_ZEBRA_ANTENNA_CONFIG = (ZEBRA_PEN, 703)
_ZEBRA_QUERY_CONFIG = (ZEBRA_PEN, 710)
_ZEBRA_AB_FLIP = 1 << 14
_ZEBRA_FLIPS: Mapping[SearchMode, int] = MappingProxyType({"single": 0, "dual": _ZEBRA_AB_FLIP})


def search_mode_parameter(vendor: int, mode: SearchMode | None) -> bytes | None:
    """Write a search mode as a custom parameter of a C1G2InventoryCommand.

    Args:
        vendor: private enterprise number of the reader's maker.
        mode: the mode; None for the reader's own setting.

    Returns:
        The parameter, empty where nothing has to be said; None where this maker knows no such
        mode. On Zebra readers ``dual`` is the A/B flip of the inventory target.
    """
    if mode is None:
        return b""
    if vendor == IMPINJ_PEN:
        return custom(*_IMPINJ_SEARCH_MODE, struct.pack(">H", IMPINJ_SEARCH_MODES[mode]))
    if vendor == ZEBRA_PEN and mode == "reader":
        return b""
    if vendor == ZEBRA_PEN and mode in _ZEBRA_FLIPS:
        query = custom(*_ZEBRA_QUERY_CONFIG, struct.pack(">H", _ZEBRA_FLIPS[mode]))
        return custom(*_ZEBRA_ANTENNA_CONFIG, query)
    return None
