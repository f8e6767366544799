"""Seeded truth: shoppers, lanes, shelves, tags, time."""
