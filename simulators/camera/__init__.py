"""Draws the scene and serves it as a camera."""
