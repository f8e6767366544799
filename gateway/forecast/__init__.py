"""Arrivals, waits, lanes needed, time to empty. Pure: no input or output, no clock."""
