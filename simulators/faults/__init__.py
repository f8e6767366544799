"""Cuts, delays and garbage for the wires between parts."""
