#!/bin/sh
# Install Debian packages in one transaction, without letting a new service start with its defaults.
#
#   packages.sh install PACKAGE...    run apt; units that are new end up disabled and stopped;
#                                     PACKAGE- may be removed for the others, nothing else may
#   packages.sh settle                what ends every run, a killed one too (ExecStopPost, next boot)
#
# The guard is a policy-rc.d that only apt's own mount namespace sees: it ends with that process,
# so it can never hold back a restart that a later security upgrade asks for. It refuses units
# that were not there before, and lets the others restart.
# Packages make what they bring in the locale of this run: PostgreSQL's a cluster, in C one without an encoding.
set -u
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}
work=$STATE/packages
policy=/usr/sbin/policy-rc.d
LISTS_FRESH_MINUTES=360

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }

# Read from the folders: systemctl list-unit-files looks into every file, and takes ten times as long.
units() {
    for folder in /etc /usr/local/lib /usr/lib /lib; do ls "$folder/systemd/system" 2>/dev/null; done |
        { cat; ls /etc/init.d; } | sort -u
}

# What a killed run found before it began stays valid until its packages are configured.
prepare() {
    mkdir -p -m 0700 "$work" || return 1
    [ -e "$work/before" ] || units >"$work/before.new" || return 1
    cat >"$work/policy-rc.d" <<'POLICY' || return 1
#!/bin/sh
unit=${1%.service}
grep -qxF -e "$unit" -e "$unit.service" /var/lib/rigwright/packages/before || exit 101
POLICY
    chmod 0755 "$work/policy-rc.d" && sync -f "$work" || return 1
    [ -e "$work/before" ] || mv "$work/before.new" "$work/before"
}

guarded() {
    [ -e "$policy" ] || { : >"$work/made-policy" && : >"$policy" && chmod 0644 "$policy"; } || return 1
    unshare -m --propagation slave sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' guard \
        "$work/policy-rc.d" "$policy" "$@"
}

installed() {
    case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
    "" | not-installed | config-files) return 1 ;;
    esac
}

# Nothing is removed but what is named with a "-" behind it, and then only if it stands in the way.
removal() {
    standing=no
    for one in "$@"; do
        case $one in *-) ! installed "${one%-}" || standing=yes ;; esac
    done
    [ "$standing" = yes ] || { echo --no-remove; return; }
    for gone in $(apt-get -q -s --no-install-recommends install "$@" | sed -n 's/^Remv \([^ ]*\).*/\1/p'); do
        case " $* " in *" $gone- "*) ;; *) echo --no-remove; return ;; esac
    done
}

guarded_apt() {
    guarded apt-get -q -y -f --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

apt_install() { guarded_apt $(removal "$@") install "$@"; }

# dpkg configures no package whose unpacking was cut off, and apt-get -f does not unpack it again.
reinstall() { [ "$#" = 0 ] || guarded_apt --no-remove --reinstall install "$@"; }

# Too old, or older than what they were made from.
stale() {
    fresh=$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -$LISTS_FRESH_MINUTES 2>/dev/null | head -n 1)
    [ -z "$fresh" ] || [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/keyrings \
        -newer "$fresh" 2>/dev/null | head -n 1)" ]
}

install() {
    if [ -n "$(dpkg --audit)" ]; then
        say "an earlier installation was cut off: finishing it"
        reinstall $(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
        guarded dpkg --configure -a --force-confold
    fi
    if stale; then apt-get -q update || return 1; fi
    apt_install "$@" && return 0
    say "trying again with fresh package lists"
    apt-get -q update && apt_install "$@"
}

enabled() {
    while read -r unit; do
        [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ] || printf '%s\n' "$unit"
    done
}

# All at once and without a reload, which costs more than all the rest: what systemd remembers of their links
# matters at boot only, and whoever configures them reloads. Links of init scripts are ignored beside a unit.
turn_off() {
    SYSTEMCTL_SKIP_SYSV=1 systemctl ${RIGWRIGHT_BOOT:+--no-block} disable -q --no-reload --now "$@" </dev/null
}

# Units that this run brought stay off until their subsystem has configured them.
settle() {
    [ ! -e "$work/made-policy" ] || [ -s "$policy" ] || rm -f "$policy"
    [ -e "$work/before" ] || return 0
    units >"$work/after"
    new=$(comm -13 "$work/before" "$work/after" | grep -E '\.(service|socket|timer|path)$' | enabled)
    [ -z "$new" ] || turn_off $new
    [ -n "$(dpkg --audit)" ] || rm -rf "$work"
}

verb=$1
shift
case $verb in
install)
    settle
    prepare || { say "no space below $STATE"; exit 20; }
    install "$@"
    code=$?
    settle
    exit "$code"
    ;;
settle) settle ;;
esac
