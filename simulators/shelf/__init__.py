"""Smart shelves as a reader sees them: tags, antennas, bodies in between, and a truth log."""
