"""Commands to the device: each is done once and answered, whatever is repeated."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from pydantic import ValidationError

from messages.envelope import Envelope, first_error
from messages.payloads import Command, CommandResult

REMEMBERED = 200
"""Commands done of which a repetition is only answered, at most."""

Handler = Callable[[Command], None]

log = structlog.get_logger(__name__)


class CommandError(ValueError):
    """A command cannot be done; the text is the answer."""


class Commands:
    """Does commands by their id, used by one thread.

    Args:
        handlers: name → what does it; raises :class:`CommandError` when it cannot.
        utc_now: the device's wall clock.
    """

    def __init__(self, handlers: Mapping[str, Handler], utc_now: Callable[[], datetime]) -> None:
        self._handlers = handlers
        self._utc_now = utc_now
        self._done: OrderedDict[str, None] = OrderedDict()

    def take(self, name: str, envelope: Envelope) -> CommandResult:
        """Do what a message asks for and give the answer.

        A repetition of what was done is answered again and not done again, so that a late one
        cannot undo a newer command. What failed is tried again.

        Args:
            name: last level of the topic.
            envelope: the message.
        """
        error = None
        if envelope.id not in self._done:
            error = self._do(name, envelope)
        if error is not None:
            log.warning("command refused", name=name, id=envelope.id, reason=error)
        return CommandResult(command_id=envelope.id, ok=error is None, error=error)

    def _do(self, name: str, envelope: Envelope) -> str | None:
        try:
            command = Command.model_validate(envelope.data)
        except ValidationError as error:
            return f"data.{first_error(error)}"
        now = self._utc_now()
        if command.expires_at < now:
            return f"expired: {command.expires_at:%H:%M:%S} UTC is before {now:%H:%M:%S} here"
        if command.name != name or name not in self._handlers:
            return f"name: expected one of {sorted(self._handlers)}, found {command.name!r}"
        try:
            self._handlers[name](command)
        except CommandError as error:
            return str(error)
        self._done[envelope.id] = None
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return None
