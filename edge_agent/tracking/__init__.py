"""Detections → Tracks. Pure: no input or output, no clock."""
