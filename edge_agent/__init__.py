"""The process on an in-store device: cameras and readers in, measures out over MQTT."""
