"""Queue length, waits, service, dwell and footfall. Pure: no input or output, no clock."""

from edge_agent.measures.measures import Measures

__all__ = ["Measures"]
