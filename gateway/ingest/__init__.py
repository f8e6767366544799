"""MQTT → validated, de-duplicated, committed messages."""
