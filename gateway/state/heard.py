"""A device's message once it is known to be sound."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import to_json

from messages.envelope import Envelope
from messages.fields import Payload


@dataclass(frozen=True, slots=True)
class Heard:
    """One validated message of a device.

    Attributes:
        device: id of the device, from the topic.
        envelope: the envelope around it.
        payload: the validated data.
        received_s: when the gateway got it, seconds since 1970.
        retained: the broker had kept it, so it may be old.
    """

    device: str
    envelope: Envelope
    payload: Payload
    received_s: float
    retained: bool = False

    @property
    def raw(self) -> str:
        """The data as it came, as JSON text: what the database keeps."""
        return to_json(self.envelope.data).decode()

    @property
    def true_s(self) -> float:
        """When the data was true, in seconds; never later than it was received.

        A device whose clock runs ahead must not look fresh for longer.
        """
        return min(self.envelope.time.timestamp(), self.received_s)
