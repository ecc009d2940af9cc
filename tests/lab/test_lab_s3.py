"""A lab host that is an S3 endpoint does what real storage does, so that a backup that it keeps is one."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from rigwright.lab.s3 import AUTHORITY, Endpoint, endpoint
from tests.support.web import Web

NAME = "t-s3"
VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
CORS = (
    b"<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example.com</AllowedOrigin>"
    b"<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>"
    b"<MaxAgeSeconds>3600</MaxAgeSeconds></CORSRule></CORSConfiguration>"
)
BYTES = bytes(number % 251 for number in range(200_000))


def checksum(body: bytes) -> str:
    """As the header Content-MD5 has it."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True)
class Client:
    """Signs requests as users' programs do."""

    host: LabHost
    endpoint: Endpoint

    def request(self, method: str, path: str, body: bytes = b"", *headers: str) -> tuple[int, bytes]:
        """The status and the body of a response."""
        file = "/tmp/s3-body"
        put = f"--data-binary @{file}" if body else ""
        if body:
            self.host.run(f"cat >{file}", body)
        words = " ".join(f"-H '{one}'" for one in headers)
        self.host.run(
            f"curl -sS -m 60 -X {method} {put} {words} -o {file}.out -w '%{{http_code}}' "
            f"--cacert {AUTHORITY} --aws-sigv4 aws:amz:{self.endpoint.region}:s3 "
            f"--user {self.endpoint.access_key}:{self.endpoint.secret_key} "
            f"'{self.endpoint.url}{path}' >{file}.status"
        )
        status = int(self.host.run(f"cat {file}.status").stdout)
        hexadecimal = self.host.run(f"od -An -v -tx1 {file}.out 2>/dev/null || :; rm -f {file}.out").stdout
        return status, bytes.fromhex("".join(hexadecimal.split()))

    def plain(self) -> Web:
        """The endpoint without keys, for what trusts its authority."""
        return Web(self.host.address, 443, ssl.create_default_context(cadata=self.endpoint.authority))

    def put(self, path: str, body: bytes, *headers: str) -> None:
        """Write; the endpoint must accept it."""
        status, response = self.request("PUT", path, body, *headers)
        assert status == 200, response


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    if not request.config.getoption("--exhaustive"):
        pytest.skip("its image takes minutes, and what needs it makes it; --exhaustive tries it alone")
    host = lab.up(NAME, kind="s3")
    made = Client(host, endpoint(host))
    made.put("/things", b"")
    yield made
    lab.down(NAME)


def test_the_command_prints_how_to_use_it(client: Client) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rigwright", "lab", "up", NAME, "--kind", "s3"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    for word in (client.endpoint.url, client.endpoint.access_key, client.endpoint.secret_key, AUTHORITY):
        assert word in done.stdout


def test_a_range_in_the_middle_of_an_object_has_its_own_bytes(client: Client) -> None:
    client.put("/things/range", BYTES)
    assert client.request("GET", "/things/range") == (200, BYTES)
    assert client.request("GET", "/things/range", b"", "Range: bytes=150000-150999") == (
        206,
        BYTES[150000:151000],
    )


def test_a_wrong_key_and_no_key_are_refused(client: Client) -> None:
    client.put("/things/kept", b"kept")
    wrong = replace(client, endpoint=replace(client.endpoint, secret_key="0" * 40))
    assert wrong.request("GET", "/things/kept")[0] == 403
    assert client.plain().request(NAME, "/things/kept").status == 403


def test_its_certificate_is_verified_by_its_own_authority_alone(client: Client) -> None:
    assert client.plain().request(NAME, "/").status == 200
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        Web(client.host.address, 443, ssl.create_default_context()).request(NAME, "/")


def test_bytes_that_differ_from_their_checksum_are_refused(client: Client) -> None:
    status, _ = client.request("PUT", "/things/damaged", b"bytes", f"Content-MD5: {checksum(b'other')}")
    assert status == 400
    assert client.request("GET", "/things/damaged")[0] == 404


def test_a_versioned_bucket_gives_back_what_was_deleted(client: Client) -> None:
    client.put("/versions", b"")
    client.put("/versions?versioning=", VERSIONED)
    client.put("/versions/one", b"first")
    assert client.request("DELETE", "/versions/one")[0] == 204
    assert client.request("GET", "/versions/one")[0] == 404
    status, listed = client.request("GET", "/versions?versions=")
    assert status == 200
    (old,) = [
        part.split(b"</VersionId>")[0] for part in listed.split(b"<VersionId>")[1:] if b"<ETag>" in part
    ]
    assert client.request("GET", f"/versions/one?versionId={old.decode()}") == (200, b"first")


def test_a_bucket_has_rules_for_browsers(client: Client) -> None:
    client.put("/things?cors=", CORS, f"Content-MD5: {checksum(CORS)}")
    reply = client.plain().request(
        NAME,
        "/things/one",
        "OPTIONS",
        Origin="https://app.example.com",
        Access_Control_Request_Method="PUT",
    )
    assert reply.one("access-control-allow-origin") == "https://app.example.com"
    assert reply.one("access-control-max-age") == "3600"


def test_what_was_accepted_outlives_a_cut_of_the_power(client: Client) -> None:
    client.put("/things/before", BYTES)
    client.host.power_cycle()
    assert endpoint(client.host) == client.endpoint
    assert client.request("GET", "/things/before") == (200, BYTES)
