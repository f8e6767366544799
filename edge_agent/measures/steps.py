"""What happened in a lane from one frame to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge_agent.measures.members import Member


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in a lane since the last frame.

    Attributes:
        joined: members that now wait, or went straight to be served.
        started: members whose service has started.
        finished: members whose service has ended.
        left: members that left the queue before service.
        looked: people who stood at the queue and went on without joining.
        passed: members that waited and left, of whom nobody knows that they gave up: they went
            past the till, as company of who pays does, or were lost from sight on the way.
    """

    joined: list[Member] = field(default_factory=list)
    started: list[Member] = field(default_factory=list)
    finished: list[Member] = field(default_factory=list)
    left: list[Member] = field(default_factory=list)
    looked: list[Member] = field(default_factory=list)
    passed: list[Member] = field(default_factory=list)
