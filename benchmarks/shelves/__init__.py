"""Shelf filter: false alarms and delays over many kinds of physics, and reads to stock."""
