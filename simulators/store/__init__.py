"""Starts a whole store as processes."""
