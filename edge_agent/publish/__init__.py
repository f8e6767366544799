"""Measures → messages → durable outbox → MQTT."""
