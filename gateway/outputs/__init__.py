"""Alert life cycle, notifiers and signage."""
