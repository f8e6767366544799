"""The gateway's SQLite file: durable settings, and numbered migrations."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gateway.state.migrations import MIGRATIONS, Step


class DatabaseError(RuntimeError):
    """The file cannot be used; the text says why and what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing and bring its schema up to date.

    Commits reach the disk before they return (WAL with synchronous=FULL). The connection may be
    handed to another thread, but only one may use it.

    Raises:
        DatabaseError: no SQLite file, damaged, from a newer version, or no place to write.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA foreign_keys=ON")
        migrate(db, MIGRATIONS)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(
            f"{path}: expected a writable SQLite database, found: {error}"
        ) from error
    return db


def read_only(path: Path) -> sqlite3.Connection:
    """Open the file for reading alone, from any one thread."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def read_current(path: Path) -> sqlite3.Connection:
    """Open a file of this version for reading alone.

    Raises:
        DatabaseError: there is none, it is damaged, or of another version.
    """
    try:
        db = read_only(path)
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: expected a gateway's database, found: {error}") from error
    if version != len(MIGRATIONS):
        db.close()
        raise DatabaseError(
            f"{path}: expected a database of version {len(MIGRATIONS)}, found version {version}; "
            "the gateway brings an older one up to date when it starts"
        )
    return db


def migrate(db: sqlite3.Connection, steps: tuple[Step, ...]) -> None:
    """Run the steps that the file has not seen, each in one transaction with its number.

    Raises:
        DatabaseError: the file was made by a newer version.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(steps):
        raise DatabaseError(
            f"expected a database of version {len(steps)} or older, found version {version}: "
            "it was written by a newer gateway"
        )
    if version == len(steps):
        return
    import sqlite_utils  # costs a third of the start, and is needed once a release

    for number, step in enumerate(steps[version:], version + 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            step(sqlite_utils.Database(db))
            db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
