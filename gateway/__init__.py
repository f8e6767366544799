"""The process on the store's server: messages in, alerts, advice and signage out."""
