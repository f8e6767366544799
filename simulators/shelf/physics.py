"""How radio behaves around a simulated shelf. Every value can differ from run to run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShelfPhysics:
    """Settings of a field of shelves. Rates of reading are chances a round.

    Attributes:
        shelves: number of shelves, one antenna each.
        tags: tags a shelf, evenly spread over its length of 1.
        readers: readers that share the antennas evenly.
        round_s: length of an inventory round.
        jitter: reads spread over this share of the round instead of one moment.
        duty: antennas of a reader take turns of ``duty`` rounds; 0 reads all of them each round.
        rate_low, rate_high: range of the read rates by the own antenna.
        rate_skew: 1 spreads them evenly; larger makes weak tags common.
        overlap: factor on the read rate by the antenna of the next shelf.
        overlap_db: how much weaker the next antenna hears a tag.
        rssi_dbm, rssi_spread_db: mean RSSI of a tag and its spread between tags.
        sigma_db: spread of single reads.
        fading_db, fading_s: slow multipath fading, its size and correlation time.
        shadow_share, shadow_db: factor on the read rate and loss of RSSI behind a body.
        shadow_edge: width of the soft edge of a shadow, as a share of the shelf.
        body_width: mean width of a shadow as a share of the shelf.
        drift: how far a body walks along the shelf while it stands there, shelf lengths a second.
        ghost: chance that an absent tag is read.
        carried_s: mean time for which a tag in the hand is still read, at a tenth of its rate.
        replaced_db: change in a tag's RSSI, and of its rate in proportion, when it is put back.
    """

    shelves: int = 4
    tags: int = 30
    readers: int = 1
    round_s: float = 0.2
    jitter: float = 0.0
    duty: int = 0
    rate_low: float = 0.15
    rate_high: float = 0.97
    rate_skew: float = 1.0
    overlap: float = 0.25
    overlap_db: float = 7.0
    rssi_dbm: float = -58.0
    rssi_spread_db: float = 4.0
    sigma_db: float = 2.5
    fading_db: float = 0.5
    fading_s: float = 5.0
    shadow_share: float = 0.25
    shadow_db: float = 5.0
    shadow_edge: float = 0.05
    body_width: float = 0.3
    drift: float = 0.0
    ghost: float = 0.002
    carried_s: float = 0.0
    replaced_db: float = 0.0
