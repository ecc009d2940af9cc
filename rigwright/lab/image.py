"""Make an operating system's pristine tree once, and find it again by the hash of its recipe."""

from __future__ import annotations

import fcntl
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rigwright.console import Progress
from rigwright.errors import RigError
from rigwright.lab import host as records
from rigwright.lab import keyring, machine, vm_image
from rigwright.lab.paths import IMAGE_LOCK, IMAGES
from rigwright.lab.recipe import BuildEnvironment, Recipe, image_name


@contextmanager
def _building() -> Iterator[int]:
    """Be the only one that builds; yields the lock's descriptor.

    The build's own processes inherit it: when only their starter was killed, the next build waits for them.
    """
    IMAGES.mkdir(parents=True, exist_ok=True)
    IMAGES.chmod(0o700)  # an image's setuid programs grow old: they are no programs of this machine
    with IMAGE_LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Progress("waiting for another build of a lab image"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def image(recipe: Recipe) -> Path:
    """The pristine tree of the recipe on this machine, made now if it is not there.

    Raises:
        RigError: It could not be made; nothing half-made stays under its name.
    """
    environment = machine.environment(recipe)
    final = IMAGES / image_name(recipe, environment)
    if final.is_dir():
        return final
    with _building() as lock:
        for leftover in IMAGES.glob(".build-*"):
            shutil.rmtree(leftover)
        if final.is_dir():
            return final
        with tempfile.TemporaryDirectory(prefix=".build-", dir=IMAGES) as folder:
            tree = Path(folder, "tree")
            with Progress(f"making the {recipe.name} image, once for this machine"):
                _build(recipe, environment, tree, lock)
                made = vm_image.pack(tree) if recipe.kind == "vm" else tree
            made.rename(final)
        _remove_old(recipe.name, final)
    return final


def _remove_old(name: str, current: Path) -> None:
    """Remove the images of this name that another one replaced, unless a host stands on them."""
    used = {host.image for host in map(records.load, records.names()) if host}
    for tree in IMAGES.glob(f"{name}-*"):
        if tree != current and str(tree) not in used:
            shutil.rmtree(tree)


def remove_all() -> None:
    """Remove every image. No host may be up."""
    with _building():
        for tree in [*IMAGES.glob("*-*"), *IMAGES.glob(".build-*")]:
            shutil.rmtree(tree)


def _build(recipe: Recipe, environment: BuildEnvironment, tree: Path, lock: int) -> None:
    folder = tree.parent
    ring = str(keyring.ubuntu(folder)) if recipe.distribution == "ubuntu" else recipe.keyring
    uploads = {f"/usr/local/share/ca-certificates/{name}": text for name, text in environment.authorities}
    sources = []
    if environment.sources:
        uploads[f"/etc/apt/sources.list.d/{recipe.distribution}.sources"] = environment.sources
        # While it is made the image is verified by this machine's keyring, afterwards by its own.
        while_made = folder / "made-from.sources"
        while_made.write_text(environment.sources.replace(recipe.keyring, ring))
        sources = [str(while_made)]
    setup = folder / "setup"
    setup.write_text(recipe.setup)
    command = [
        "mmdebstrap", "--variant=minbase", "--skip=cleanup/apt/lists", f"--keyring={ring}",
        f"--components={' '.join(recipe.components)}",
        f"--include={','.join(recipe.packages)}",
        *(f"--aptopt={line}" for line in environment.apt_options),
        *_uploads(uploads, folder),
        f'--customize-hook=sh {setup} "$1"',
        recipe.suite, str(tree), *sources,
    ]  # fmt: skip
    _run(command, lock)


def _uploads(texts: dict[str, str], folder: Path) -> Iterator[str]:
    """Options that put texts into the tree, by their paths there."""
    for number, (path, text) in enumerate(texts.items()):
        source = folder / f"upload{number}"
        source.write_text(text)
        yield f'--customize-hook=mkdir -p "$1"{shlex.quote(str(Path(path).parent))}'
        yield f"--customize-hook=upload {source} {shlex.quote(path)}"


def _run(command: list[str], lock: int) -> None:
    try:
        done = subprocess.run(
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, pass_fds=(lock,),
        )  # fmt: skip
    except OSError as error:
        raise RigError(f"cannot run mmdebstrap: {error.strerror}") from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err"))]
        raise RigError(
            "\n".join(["mmdebstrap could not make the image", *errors[-8:]]),
            next_step="check that apt on this machine reaches its mirror: apt-get update",
        )
