"""``make bench``: every benchmark, one after another. ``python -m benchmarks rfid`` runs one.

Each stands for itself as ``python -m benchmarks.NAME``, prints its figures beside named peers of
the same run, and says which peers are not installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

APART = {"credence", "policy"}  # these take minutes; the policy has a target of its own


def main() -> int:
    """Run them; give 1 when any failed."""
    folder = Path(__file__).parent
    known = sorted(main.parent.name for main in folder.glob("*/__main__.py"))
    wanted = sys.argv[1:] or [name for name in known if name not in APART]
    failed = []
    for name in wanted:
        if name not in known:
            print(f"expected one of {', '.join(known)}, found {name!r}", file=sys.stderr)
            return 2
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
