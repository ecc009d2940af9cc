"""Write the golden files anew: ``python -m tests.golden.regenerate``. The difference is the review."""

from __future__ import annotations

import shutil

from tests.golden.shapes import FOLDER, SHAPES, SYSTEMS, all_texts


def main() -> None:
    """Replace every shape's folder."""
    for shape in SHAPES:
        shutil.rmtree(FOLDER / shape, ignore_errors=True)
        for system in SYSTEMS[shape]:
            for path, content in all_texts(shape, system).items():
                target = FOLDER / shape / system / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


if __name__ == "__main__":
    main()
