"""Write the golden files anew: ``python -m tests.golden.regenerate``. The difference is the review."""

from __future__ import annotations

from tests.golden.layout import FOLDER, rendered, reviewed


def main() -> None:
    """Write what is missing or different, and remove what is stale with the folders that it leaves empty."""
    old, new = reviewed(), rendered()
    for path in old.keys() - new.keys():
        stale = FOLDER / path
        stale.unlink()
        for folder in stale.parents:
            if folder == FOLDER or any(folder.iterdir()):
                break
            folder.rmdir()
    for path, content in new.items():
        if old.get(path) != content:
            target = FOLDER / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


if __name__ == "__main__":
    main()
