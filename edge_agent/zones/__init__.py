"""Tracks → who stands where, since when. Pure: no input or output, no clock."""
