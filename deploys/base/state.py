"""What the base of a host should be: one part for each concern."""

from __future__ import annotations

from deploys.base.accounts import accounts
from deploys.base.audit_log import audit_log
from deploys.base.effective import effective
from deploys.base.logs import logs
from deploys.base.mail import mail
from deploys.base.metrics import metrics
from deploys.base.placement import placement
from deploys.base.settings import BaseSettings
from deploys.base.system import clock, kernel, names
from deploys.base.updates import updates
from deploys.base.versions import VERSIONS
from deploys.base.vulnerabilities import scan
from rigwright.desired import Desired, Protected
from rigwright.settings.platform import Platform

CONFIGURATION = Protected("configuration", "files", ("/etc",), 7 * 86_400, at_least_files=1)


def desired(settings: BaseSettings, platform: Platform) -> Desired:
    """Everything that the base needs on a host of this platform.

    Raises:
        RigError: The platform cannot do what the settings require.
    """
    versions = platform.choose(VERSIONS)
    own = Desired.merge(
        Desired("base", packages=tuple(settings.packages), protects=(CONFIGURATION,)),
        metrics(settings),
        accounts(settings),
        names(settings),
        clock(settings, versions),
        kernel(settings),
        logs(settings),
        updates(settings.updates, versions),
        placement(settings.placements),
        mail(settings.mail),
        scan(settings.vulnerabilities, platform),
        audit_log(settings.audit, [user.home_path for user in settings.users]),
    )
    return Desired.merge(own, effective(settings, versions, own.files))
