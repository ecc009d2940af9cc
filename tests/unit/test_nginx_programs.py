"""nginx's programs, run here in a folder of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploys.nginx.issuance import HostMade
from deploys.nginx.settings import Acme, FixedResponse, SelfSigned, Site
from rigwright.desired.program import shell

SITE = Site(name="app", domains=["app.test", "*.app.test"], routes=[FixedResponse()])


def run(program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = shell(f"nginx/programs/{program}", *arguments, variables=variables)
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)


def arguments(folder: Path, site: Site = SITE) -> list[str]:
    """The site's certificate, in this folder."""
    return [str(folder), *HostMade(site).arguments[1:]]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with the certificate of the site."""
    done = run("self_signed.sh", "make", *arguments(tmp_path))
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_a_missing_certificate_is_due_and_one_that_was_made_is_not(tmp_path: Path) -> None:
    assert run("self_signed.sh", "due", *arguments(tmp_path)).returncode == 0
    assert run("self_signed.sh", "make", *arguments(tmp_path)).returncode == 0
    assert run("self_signed.sh", "due", *arguments(tmp_path)).returncode == 1
    assert (tmp_path / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fullchain.pem", "privkey.pem"]


def test_a_good_certificate_is_not_made_again_beside_one_that_is_due(made: Path, tmp_path: Path) -> None:
    before = (made / "fullchain.pem").read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    both = [*arguments(made), *arguments(other)]
    assert run("self_signed.sh", "due", *both).returncode == 0
    assert run("self_signed.sh", "make", *both).returncode == 0
    assert run("self_signed.sh", "due", *both).returncode == 1
    assert (made / "fullchain.pem").read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"domains": ("app.test",)},
        # Two thirds of the lifetime are over when less than a third of a longer one is left.
        {"certificate": SelfSigned(lifetime_days=3650)},
    ],
)
def test_a_certificate_is_due_for_other_names_and_when_a_third_is_left(
    made: Path, change: dict[str, object]
) -> None:
    other = SITE.model_copy(update=change)
    assert run("self_signed.sh", "due", *arguments(made, other)).returncode == 0


def test_a_certificate_whose_key_is_another_is_due(made: Path) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", made / "privkey.pem"], check=True)
    assert run("self_signed.sh", "due", *arguments(made)).returncode == 0


def test_any_certificate_serves_until_the_authority_has_issued_one(made: Path) -> None:
    waiting = SITE.model_copy(
        update={"domains": ("other.test",), "certificate": Acme(email="operator@example.org")}
    )
    assert run("self_signed.sh", "due", *arguments(made, waiting)).returncode == 1


def test_a_certificate_must_cover_every_name(made: Path) -> None:
    path = str(made / "fullchain.pem")
    assert run("certificate_covers.sh", path, "app.test", "any.app.test").returncode == 0
    done = run("certificate_covers.sh", path, "app.test", "other.test")
    assert (done.returncode, done.stdout) == (1, f"the certificate in {path} is not for other.test\n")
