"""Places away from the host: an S3 bucket, and what can be chosen about one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from typing_extensions import Self

from deploys.backup.postgres_settings import Local
from rigwright.secrets.value import Secret
from rigwright.settings.base import Settings

PEM = "-----BEGIN CERTIFICATE-----"
Endpoint = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?$")]
Bucket = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
Region = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
FOLDER = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
Prefix = Annotated[str, Field(pattern=rf"^{FOLDER}(/{FOLDER})*$")]
KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9/+=_.:-]{1,128}$")]


class S3(Settings):
    """A folder of an S3 bucket. The bucket's versions bring back what is deleted."""

    endpoint: Endpoint
    """``https://`` with the name, and a port where it is not 443. The bucket is in the path."""

    bucket: Bucket
    """It must be there, and keep versions of its objects; a host reports where it does not."""

    prefix: Prefix
    """The folder in the bucket, such as ``"studio/postgresql"``, which nothing else uses."""

    key_id: KeyId
    """Of a key that may list, read, write and delete in this folder, and read whether versions are kept."""

    secret_key: Secret
    """The secret part of that key."""

    region: Region = "us-east-1"
    """What requests are signed for; many endpoints of one's own take any."""

    ca: str | None = None
    """The certificates, as PEM text, that verify the endpoint's; None: those of the operating system."""

    @field_validator("ca")
    @classmethod
    def _is_pem(cls, value: str | None) -> str | None:
        if value is not None and not value.lstrip().startswith(PEM):
            raise ValueError(f"must be PEM text that begins with {PEM}: read the file in the inventory")
        return value

    @field_validator("secret_key")
    @classmethod
    def _one_word(cls, value: Secret) -> Secret:
        text = value.reveal()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("must be one word of ASCII, as the provider shows it")
        return value

    @property
    def url(self) -> str:
        """What errors and drift call it."""
        return f"{self.endpoint}/{self.bucket}/{self.prefix}"

    @property
    def host(self) -> str:
        """The endpoint's name without a port."""
        return self.endpoint.removeprefix("https://").partition(":")[0]

    @property
    def port(self) -> int:
        """The endpoint's port."""
        return int(self.endpoint.removeprefix("https://").partition(":")[2] or 443)

    def beside(self, other: S3) -> bool:
        """Whether both are in one bucket."""
        return (self.endpoint, self.bucket) == (other.endpoint, other.bucket)

    def below(self, folder: str) -> Self:
        """A folder of this one."""
        return self.model_copy(update={"prefix": f"{self.prefix}/{folder}"})


Repository = Local | S3


def location(repository: Repository) -> str:
    """Where it is, as no other repository may be or be below of; it ends with a slash."""
    return f"{repository.path if isinstance(repository, Local) else repository.url}/"
