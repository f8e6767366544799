"""Twelve cameras on one box: what looking only where something moved saves."""
