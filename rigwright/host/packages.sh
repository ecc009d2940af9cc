#!/bin/sh
# Install Debian packages in one transaction, without letting a new service start with its defaults.
#
#   packages.sh install PACKAGE...    run apt; units that are new end up disabled and stopped;
#                                     PACKAGE- may be removed for the others, nothing else may;
#                                     of a pattern with * in it, what is held may be too
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

# Without patterns, which name what may be removed and ask for nothing.
asked() { for one; do case $one in *'*'*) ;; *) printf '%s\n' "$one" ;; esac; done; }

# Whether anything is there that one of these names, a pattern perhaps, lets be removed.
may_stand_in_the_way() {
    for one; do
        case $one in *-) ;; *) continue ;; esac
        dpkg-query -W -f '${db:Status-Status}\n' "${one%-}" 2>/dev/null | grep -qvx -e not-installed -e config-files && return
    done
    return 1
}

# What stands in the way of these: a hold only keeps apt from saying so.
in_the_way() {
    apt-get -q -s -o APT::Ignore-Hold=true --no-install-recommends install $(asked "$@") |
        sed -n 's/^Remv \([^ ]*\).*/\1/p'
}

may_go() {
    gone=$1-
    shift
    for one; do case $one in *-) case $gone in $one) return 0 ;; esac ;; esac; done
    return 1
}

guarded_apt() {
    guarded apt-get -q -y -f --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# Nothing is removed but what is named with a "-" behind it, and then only if it stands in the way.
apt_install() {
    removal=--no-remove held=
    if may_stand_in_the_way "$@"; then
        removal= going=$(in_the_way "$@")
        for package in $going; do may_go "$package" "$@" || removal=--no-remove; done
        [ -n "$removal" ] || held=$(apt-mark showhold | grep -xF -e "$going")
    fi
    [ -z "$held" ] || apt-mark -qq unhold $held
    guarded_apt $removal install $(asked "$@") && return 0
    code=$?
    [ -z "$held" ] || apt-mark -qq hold $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $held | sed -n 's/ installed$//p')
    return "$code"
}

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
    apt-get -q update && apt_install "$@" && return 0
    left=$(for package in $(in_the_way "$@" 2>/dev/null); do may_go "$package" "$@" || echo "$package"; done)
    [ -z "$left" ] || say "in the way, and nobody's to remove but a person's: sudo apt-get remove" $left
    return 1
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
