"""Signed package repositories on a lab host, and packages for them: toys, and Debian's under other names."""

from __future__ import annotations

from tests.support.authority import Authority
from tests.support.target import Target

ROOT = "/srv/packages"
KEYS = """
export DEBIAN_FRONTEND=noninteractive
set -e
apt-get -qq update
apt-get -qq -y --no-install-recommends install gpg gpg-agent apt-utils >/dev/null 2>&1
mkdir -p /srv/packages
for name in good other; do
    gpg --batch --quiet --passphrase '' --quick-gen-key "$name@rig.test" ed25519 sign never
    gpg --armor --export "$name@rig.test" >"/srv/$name.asc"
done
"""
# With a component there is a pool beside dists, as in every large archive; without one all is in one folder.
PUBLISH = """
set -e
cd '{folder}'
if [ -n '{component}' ]; then
    here='dists/{suite}'
    mkdir -p "$here/{component}/binary-$(dpkg --print-architecture)"
    apt-ftparchive packages pool >"$here/{component}/binary-$(dpkg --print-architecture)/Packages"
    set -- -o APT::FTPArchive::Release::Codename='{suite}' -o APT::FTPArchive::Release::Suite='{suite}' \\
        -o APT::FTPArchive::Release::Components='{component}' \\
        -o APT::FTPArchive::Release::Architectures="$(dpkg --print-architecture)"
else
    here=.
    apt-ftparchive packages . >Packages
fi
rm -f "$here/Release" "$here/InRelease"
apt-ftparchive "$@" release "$here" >/tmp/Release
mv /tmp/Release "$here/Release"
gpg --batch --quiet --local-user good@rig.test --clearsign --output "$here/InRelease" "$here/Release"
"""
TOY = """
set -e
mkdir -p '/tmp/{name}/DEBIAN' '{folder}'
printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: test\\nDescription: test\\n' \\
    '{name}' '{version}' >'/tmp/{name}/DEBIAN/control'
dpkg-deb --build '/tmp/{name}' '{folder}' >/dev/null
"""
# A package under another name and version: $1 and $2. It stands unpacked in /tmp/repack.
REPACK = """
unpack() { rm -rf /tmp/repack; dpkg-deb --raw-extract "$1" /tmp/repack; }
version_of() { dpkg-deb --field "$1" Version; }
control() { sed -i -E "$@" /tmp/repack/DEBIAN/control; }
pack() {
    control -e "s/^Package: .*/Package: $1/" -e "s/^Version: .*/Version: $2/" -e '/^Source: /d'
    (cd /tmp/repack && find . -type f ! -path './DEBIAN/*' -printf '%P\\0' | xargs -0 md5sum >DEBIAN/md5sums)
    mkdir -p "$pool"
    dpkg-deb --build -Znone /tmp/repack "$pool/" >/dev/null
}
"""
# Packages of another release of Debian, from the archive that the host uses, with lists of their own.
OTHER_RELEASE = """
set -e
mkdir -p /srv/work /srv/{release}/lists && cd /srv/work
cat /etc/apt/sources.list.d/*.sources | sed -E -e 's/(bookworm|trixie)/{release}/g' \\
    -e 's/^Components: .*/Components: main/' >/srv/{release}.sources
set -- -qq -o Dir::Etc::SourceList=/srv/{release}.sources -o Dir::Etc::SourceParts=- \\
    -o Dir::State::Lists=/srv/{release}/lists -o Dir::Cache=/srv/{release}
apt-get "$@" -o Acquire::Languages=none update
apt-get "$@" download {packages}
"""
OWN_RELEASE = """
set -e
mkdir -p /srv/work && cd /srv/work
apt-get -qq download {packages}
"""
FROM_SITE = """
import apt
print(*sorted(
    package.name
    for package in apt.Cache()
    if package.installed and any(origin.site == "{domain}" for origin in package.installed.origins)
))
"""
SERVER = """
import http.server, os, ssl
os.chdir("/srv/packages")
handler = http.server.SimpleHTTPRequestHandler
handler.protocol_version = "HTTP/1.1"
server = http.server.ThreadingHTTPServer(("127.0.0.1", {port}), handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


class Repository:
    """Repositories below ``/srv/packages`` of a lab host, all signed by the key ``good`` of two."""

    def __init__(self, host: Target) -> None:
        self.host = host
        host.sh(KEYS)

    def key(self, name: str = "good") -> str:
        """A public key, ASCII-armoured."""
        return self.host.sh(f"cat /srv/{name}.asc") + "\n"

    def toy(self, folder: str, name: str, version: str) -> None:
        """Make an empty package in a folder below the root."""
        self.host.sh(TOY.format(folder=f"{ROOT}/{folder}", name=name, version=version))

    def fetch(self, *packages: str, release: str = "") -> None:
        """Download packages of the distribution into the place where ``repack`` works."""
        script = OTHER_RELEASE if release else OWN_RELEASE
        self.host.sh(script.format(release=release, packages=" ".join(packages)))

    def repack(self, folder: str, script: str) -> None:
        """Run a script that makes packages in a folder below the root, with the functions of ``REPACK``."""
        self.host.sh(
            f"set -e\npool='{ROOT}/{folder}'\n{REPACK}\nmkdir -p /srv/work && cd /srv/work\n{script}"
        )

    def publish(self, folder: str, suite: str = "", component: str = "") -> None:
        """Index and sign a repository: its packages are in ``pool`` if it has a component."""
        self.host.sh(PUBLISH.format(folder=f"{ROOT}/{folder}", suite=suite, component=component))

    def serve_as(self, domain: str, port: int = 443) -> None:
        """Serve on the host itself under this name, by a certificate that it trusts, without a proxy."""
        authority = Authority()
        issued = authority.issue(domain)
        self._write("/usr/local/share/ca-certificates/tests.crt", authority.certificate)
        self._write("/srv/server.pem", issued.certificate + issued.key)
        self._write("/srv/server.py", SERVER.format(port=port))
        self._write("/etc/apt/apt.conf.d/99direct", f'Acquire::https::Proxy::{domain} "DIRECT";\n')
        self.host.sh(f"echo '127.0.0.1 {domain}' >>/etc/hosts && update-ca-certificates >/dev/null 2>&1")
        self.host.sh("systemd-run -q --unit=packages-server python3 /srv/server.py")
        fetch = (
            f"curl -fsS --noproxy '*' --retry 20 --retry-delay 1 --retry-connrefused https://{domain}:{port}/"
        )
        self.host.sh(f"{fetch} >/dev/null")

    def installed_from(self, domain: str) -> set[str]:
        """The installed packages that apt can have from there."""
        return {*self.host.sh(f"python3 -c '{FROM_SITE.format(domain=domain)}'").split()}

    def _write(self, path: str, text: str) -> None:
        self.host.host.run(f"cat >'{path}'", text.encode())
