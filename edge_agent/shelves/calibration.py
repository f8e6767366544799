"""How strongly each antenna hears what lies on each shelf, as an installer measured it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from configs.settings import Id, Settings
from edge_agent.shelves.places import vote
from hardware.interfaces import TagRead

Place = tuple[str, int]
"""Reader id and antenna port."""


class Heard(Settings):
    """What one antenna heard of the tag.

    Attributes:
        reads_per_s: reads a second.
        rssi_dbm: their mean RSSI; None where the reader gives none.
    """

    reads_per_s: Annotated[float, Field(ge=0.0)]
    rssi_dbm: float | None = None

    @property
    def votes_per_s(self) -> float:
        """Weight of these reads when a place is judged."""
        rssi = np.array([np.nan if self.rssi_dbm is None else self.rssi_dbm])
        return self.reads_per_s * float(vote(rssi)[0])


class Calibration(Settings):
    """Result of ``edge-agent shelves calibrate``.

    Attributes:
        tag: EPC of the tag that was laid on the shelves.
        shelves: shelf → ``reader/antenna`` → what it heard of the tag there.
    """

    tag: Annotated[str, Field(pattern=r"^[0-9A-F]{4,128}$")]
    shelves: dict[Id, Annotated[dict[str, Heard], Field(min_length=1)]]

    def shares(self, shelves: Sequence[str], places: Sequence[Place]) -> NDArray[np.float64]:
        """(S, C) share of the votes of a tag on each shelf that each antenna gets.

        A shelf that was not measured, or heard by none of these antennas, has a row of NaN.
        """
        result = np.full((len(shelves), len(places)), np.nan)
        for s, shelf in enumerate(shelves):
            heard = self.shelves.get(shelf, {})
            votes = [heard[key].votes_per_s if key in heard else 0.0 for key in map(name, places)]
            if sum(votes) > 0:
                result[s] = np.array(votes) / sum(votes)
        return result


def name(place: Place) -> str:
    """Name of an antenna in the file, for example ``reader-1/2``."""
    return f"{place[0]}/{place[1]}"


def heard_of(tag: str, reads: Iterable[TagRead], seconds: float) -> dict[str, Heard]:
    """Sum up what each antenna heard of ``tag`` within ``seconds``."""
    counts: dict[str, int] = {}
    strengths: dict[str, list[float]] = {}
    for read in reads:
        if read.epc == tag:
            key = name((read.reader, read.antenna))
            counts[key] = counts.get(key, 0) + read.count
            strengths.setdefault(key, []).append(read.rssi_dbm)
    return {
        key: Heard(
            reads_per_s=round(count / seconds, 2),
            rssi_dbm=_mean(strengths[key]),
        )
        for key, count in sorted(counts.items())
    }


def newcomer(reads: Iterable[TagRead], before: set[str]) -> str | None:
    """Give the tag with the most reads that was not there before."""
    counts: dict[str, int] = {}
    for read in reads:
        if read.epc not in before:
            counts[read.epc] = counts.get(read.epc, 0) + read.count
    return max(counts, key=counts.__getitem__) if counts else None


def loudest(heard: Mapping[str, Heard]) -> str | None:
    """Name the antenna that hears the tag best."""
    return max(heard, key=lambda key: heard[key].votes_per_s) if heard else None


def _mean(rssi_dbm: Sequence[float]) -> float | None:
    known = [value for value in rssi_dbm if not np.isnan(value)]
    return round(float(np.mean(known)), 1) if known else None
