"""What is assumed of tags, readers and shoppers before anything has been learned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Physics:
    """Priors of the presence filter. Rates are per second.

    None of them is tuned to a shelf: read rates, mean RSSI, the depth of shadows, how often a tag
    fades alone, how often goods are taken and which tags fade together are learned, and the alarm
    threshold follows from the accepted false picks.

    Attributes:
        step_s: length of one step; about one inventory round.
        ghost: chance that an absent tag is read in a step (decoding errors, a tag in a basket
            that passes).
        shadow_share: factor on the read rate of a tag behind a body.
        shadow_drop_db: how much weaker its reads are.
        shadow_reads: weight of the loss of RSSI, in reads behind a body.
        sigma_db: standard deviation of RSSI around the mean of a tag.
        rssi_span_db: width of the range over which reads of an absent tag spread evenly.
        onset_rate: clear → shadowed.
        relief_rate: shadowed → clear.
        fade_rate: clear → faded alone, by multipath or something small in the way.
        fade_memory_s: weight of that rate, in seconds.
        pick_rate: clear → absent.
        reach_rate: shadowed → absent; whoever picks stands before the shelf.
        reach_memory_s: weight of that rate, in seconds of shadow on a tag.
        return_rate: absent → present.
    """

    step_s: float = 0.2
    ghost: float = 0.002
    shadow_share: float = 0.25
    shadow_drop_db: float = 5.0
    shadow_reads: float = 40.0
    sigma_db: float = 2.8
    rssi_span_db: float = 40.0
    onset_rate: float = 1 / 60
    relief_rate: float = 1 / 5
    fade_rate: float = 1 / 200000
    fade_memory_s: float = 200.0
    pick_rate: float = 1 / 3000
    reach_rate: float = 1 / 200
    reach_memory_s: float = 400.0
    return_rate: float = 1 / 300
