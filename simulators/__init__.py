"""Simulated hardware that stands outside the wire."""
