"""A few small requests to an S3 bucket, signed with the standard library.

rclone makes no request for a bucket's versions before 1.61, and starts slower than a segment may wait.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import http.client
import json
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from deploys.backup.on_host.repository import RepositoryError

WAIT_SECONDS = 10.0
"""For each part of a response."""
VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
NEXT_STEPS = {
    "AccessDenied": "its key may not do that: give it the rights, or check key_id and secret_key",
    "InvalidAccessKeyId": "it does not know the key: check key_id",
    "NoSuchBucket": "the bucket is not there: make it, or check its name",
    "RequestTimeTooSkewed": "the clock is wrong: check it with chronyc tracking",
    "SignatureDoesNotMatch": "it does not take the key: check secret_key",
}
"""By the codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""


@dataclass(frozen=True)
class Bucket:
    """A folder of a bucket.

    Attributes:
        url: What errors call it.
        endpoint: ``https://`` with name and port.
        prefix: The folder, without slashes around it.
        ca_file: The certificates that verify the endpoint's; None: the operating system's.
    """

    url: str
    endpoint: str
    bucket: str
    prefix: str
    region: str
    key_id: str
    secret_key: str = field(repr=False)
    ca_file: str | None = None
    wait_seconds: float = WAIT_SECONDS

    @classmethod
    def read(cls, path: str) -> Bucket:
        """As the host's file has it."""
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(**{name: given[name] for name in cls.__dataclass_fields__ if name in given})

    def get(self, name: str) -> bytes | None:
        """An object; None: there is none.

        Raises:
            RepositoryError: It cannot be known.
        """
        status, body = self._request("GET", f"/{self.bucket}/{self.prefix}/{name}")
        if status == http.client.NOT_FOUND and b"NoSuchBucket" not in body:
            return None
        self._good(status, body)
        return body

    def put(self, name: str, body: bytes) -> None:
        """Write an object whole."""
        self._good(*self._request("PUT", f"/{self.bucket}/{self.prefix}/{name}", body=body))

    def delete(self, name: str) -> None:
        """Remove an object, if there is one."""
        self._good(*self._request("DELETE", f"/{self.bucket}/{self.prefix}/{name}"))

    def names(self, folder: str = "", limit: int = 1000) -> list[str]:
        """Names of objects at and below a folder of it, at most so many."""
        start = f"{self.prefix}/{folder}".rstrip("/") + "/"
        query = {"list-type": "2", "max-keys": str(limit), "prefix": start}
        status, body = self._request("GET", f"/{self.bucket}", query)
        self._good(status, body)
        keys = re.findall(r"<Key>(.*?)</Key>", body.decode(errors="replace"), re.DOTALL)
        return [html.unescape(key).removeprefix(f"{self.prefix}/") for key in keys]

    def versioned(self) -> str:
        """``yes`` or ``no``; ``unknown`` where it does not say."""
        status, body = self._request("GET", f"/{self.bucket}", {"versioning": ""})
        if status != http.client.OK:
            return "unknown"
        return "yes" if b"<Status>Enabled</Status>" in body else "no"

    def keep_versions(self) -> None:
        """Switch versions of the bucket on."""
        self._good(*self._request("PUT", f"/{self.bucket}", {"versioning": ""}, VERSIONED))

    def _good(self, status: int, body: bytes) -> None:
        if status < http.client.MULTIPLE_CHOICES:
            return
        found = re.search(rb"<Code>([A-Za-z]+)</Code>", body)
        code = found[1].decode() if found else ""
        next_step = NEXT_STEPS.get(code, "see what its provider says of that")
        raise RepositoryError(f"{self.url}: {status} {code}: {next_step}".replace("  ", " "))

    def _request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body of a response.

        Raises:
            RepositoryError: It does not respond, or another server does.
        """
        host = self.endpoint.removeprefix("https://")
        arguments = urlencode(sorted((query or {}).items()), quote_via=quote)
        headers = self._signed(method, host, quote(path), arguments, body)
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            connection = http.client.HTTPSConnection(host, timeout=self.wait_seconds, context=context)
            try:
                connection.request(method, f"{quote(path)}?{arguments}".rstrip("?"), body, headers)
                response = connection.getresponse()
                return response.status, response.read()
            finally:
                connection.close()
        except ssl.SSLCertVerificationError as error:
            raise RepositoryError(
                f"{self.url}: its certificate is not verified: {error.verify_message}: set ca"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise RepositoryError(
                f"{self.url}: it does not respond: {reason}: check the network and the endpoint"
            ) from None

    def _signed(self, method: str, host: str, path: str, arguments: str, body: bytes) -> dict[str, str]:
        """Headers with a signature of version 4.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html has the rules.
        """
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": moment}
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        request = f"{method}\n{path}\n{arguments}\n{lines}\n{names}\n{digest}"
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        hashed = hashlib.sha256(request.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}"
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        credential = f"AWS4-HMAC-SHA256 Credential={self.key_id}/{scope}"
        return {**signed, "authorization": f"{credential},SignedHeaders={names},Signature={signature}"}
