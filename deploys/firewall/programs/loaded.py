"""Whether the kernel has the rules of the file: ``loaded.py PATH TABLE``, such as ``"inet rigwright"``.

Prints {"table TABLE": "loaded" | "missing"} as JSON, with a key for each rule that only one of the two has.
"""

from __future__ import annotations

import collections
import json
import subprocess
import sys
from collections.abc import Iterator


def lines(*command: str) -> tuple[int, list[str], str]:
    """Exit code, lines of standard output, and standard error of a command."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


def placed(listed: list[str]) -> Iterator[str]:
    """Each rule behind the name of its chain or set."""
    block = ""
    for line in map(str.strip, listed):
        if line.endswith("{") and not line.startswith("table"):
            block = line.split()[1]
        elif line.strip("{}"):
            yield f"{block}: {line}"


path, table = sys.argv[1:]
show = ["nft", "-s", "-t", "list", "table", *table.split()]
# The same nft writes the file's rules and the loaded ones, so that what differs is no matter of its style.
code, wanted, error = lines("unshare", "-n", "sh", "-c", 'nft -f "$1" && shift && "$@"', "sh", path, *show)
if code:
    sys.exit(error)
code, loaded, _ = lines(*show)
found = {f"table {table}": "missing" if code else "loaded"}
if not code and loaded != wanted:
    in_file, in_kernel = (collections.Counter(placed(some)) for some in (wanted, loaded))
    found.update(dict.fromkeys(in_kernel - in_file, "not in the file"))
    found.update(dict.fromkeys(in_file - in_kernel, "missing"))
    if in_file == in_kernel:
        found[f"order of rules in {table}"] = "changed"
print(json.dumps(found))
