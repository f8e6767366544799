"""SQLite storage with numbered migrations, and the live state of the store."""
