"""Tag reads → presence → stock, picks and moves. Pure: no input or output, no clock."""

from edge_agent.shelves.readings import ShelfReadings
from edge_agent.shelves.shelves import Shelves

__all__ = ["ShelfReadings", "Shelves"]
