"""What is assumed of tags, readers and shoppers before anything has been learned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Physics:
    """Priors of the presence filter. Rates are per second.

    None of them is tuned to a shelf: read rates, mean RSSI and which tags fade together are
    learned per tag, and the alarm threshold follows from the accepted false picks.

    Attributes:
        step_s: length of one step; about one inventory round.
        ghost: chance that an absent tag is read in a step (decoding errors, a tag in a basket
            that passes).
        shadow_share: factor on the read rate of a tag behind a body.
        shadow_drop_db: how much weaker its reads are.
        sigma_db: standard deviation of RSSI around the mean of a tag.
        rssi_span_db: width of the range over which reads of an absent tag spread evenly.
        onset_rate: clear → shadowed.
        relief_rate: shadowed → clear.
        pick_rate: either → absent.
        return_rate: absent → present.
    """

    step_s: float = 0.2
    ghost: float = 0.002
    shadow_share: float = 0.25
    shadow_drop_db: float = 5.0
    sigma_db: float = 2.6
    rssi_span_db: float = 40.0
    onset_rate: float = 1 / 60
    relief_rate: float = 1 / 4.4
    pick_rate: float = 1 / 600
    return_rate: float = 1 / 600
