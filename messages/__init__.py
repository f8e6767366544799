"""The contract between processes: envelope, payloads, topics, schemas."""
