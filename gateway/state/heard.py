"""A device's message once it is known to be sound."""

from __future__ import annotations

from dataclasses import dataclass

from messages.envelope import Envelope
from messages.payloads import Payload


@dataclass(frozen=True, slots=True)
class Heard:
    """One validated message of a device.

    Attributes:
        device: id of the device, from the topic.
        envelope: the envelope around it.
        payload: the validated data.
        raw: the data as JSON text, as it is kept in the database.
        received_s: when the gateway got it, seconds since 1970.
        retained: the broker had kept it, so it may be old.
    """

    device: str
    envelope: Envelope
    payload: Payload
    raw: str
    received_s: float
    retained: bool = False

    @property
    def true_s(self) -> float:
        """When the data was true, in seconds; never later than it was received.

        A device whose clock runs ahead must not look fresh for longer.
        """
        return min(self.envelope.time.timestamp(), self.received_s)
