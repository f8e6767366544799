"""The gateway: events a second to disk beside a row at a time, and how soon people are told."""
