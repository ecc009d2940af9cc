"""Secrets: encrypted in the repository, typed in the inventory, shown nowhere."""

from rigwright.secrets.lab import LabSecrets
from rigwright.secrets.store import Secrets
from rigwright.secrets.value import Secret, SecretSource

__all__ = ["LabSecrets", "Secret", "SecretSource", "Secrets"]
