#!/bin/sh
# Install Debian packages in one apt transaction; a new service does not start with its defaults.
#
#   packages.sh install PACKAGE...    run apt; units that are new end up disabled and stopped;
#                                     PACKAGE- may be removed for the others, nothing else may;
#                                     a pattern with * in it may remove held packages too
#   packages.sh settle                ends every run, a killed one too (ExecStopPost, next boot)
#
# The guard is a policy-rc.d that only apt's own mount namespace sees: it ends with that process,
# so it can never hold back a restart that a later security upgrade needs. It refuses units
# that were not there before, and lets the others restart.
# Packages create their data in the locale of this run: PostgreSQL's a cluster, which in C has no encoding.
set -u
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}
work=$STATE/packages
policy=/usr/sbin/policy-rc.d
LISTS_FRESH_MINUTES=360

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }

# Read from the folders: systemctl list-unit-files reads every file, and takes ten times as long.
units() {
    for folder in /etc /usr/local/lib /usr/lib /lib; do ls "$folder/systemd/system" 2>/dev/null; done |
        { cat; ls /etc/init.d; } | sort -u
}

# The units that a killed run found before it began stay valid until its packages are configured.
prepare() {
    mkdir -p "$STATE" && { [ -d "$work" ] || mkdir -m 0700 "$work"; } || return 1
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
    # shellcheck disable=SC2016  # for the inner shell
    unshare -m --propagation slave sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' guard \
        "$work/policy-rc.d" "$policy" "$@"
}

# The packages to install: patterns name only what may be removed.
to_install() { for one; do case $one in *'*'*) ;; *) printf '%s\n' "$one" ;; esac; done; }

# Whether any package is installed that one of these names or patterns allows to remove.
has_removable() {
    for one; do
        case $one in *-) ;; *) continue ;; esac
        dpkg-query -W -f '${db:Status-Status}\n' "${one%-}" 2>/dev/null | grep -qvx -e not-installed -e config-files && return
    done
    return 1
}

# The packages that conflict with these; without ignoring holds apt would not print them.
conflicting() {
    # shellcheck disable=SC2046  # a list of package names
    apt-get -q -s -o APT::Ignore-Hold=true --no-install-recommends install $(to_install "$@") |
        sed -n 's/^Remv \([^ ]*\).*/\1/p'
}

may_remove() {
    removed=$1-
    shift
    # shellcheck disable=SC2254  # a name may be a pattern
    for one; do case $one in *-) case $removed in $one) return 0 ;; esac ;; esac; done
    return 1
}

guarded_apt() {
    guarded apt-get -q -y -f --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# Only a package that is named with a "-" behind it is removed, and only if it conflicts.
# shellcheck disable=SC2046,SC2086  # lists of package names
apt_install() {
    removal=--no-remove held=''
    if has_removable "$@"; then
        removal='' going=$(conflicting "$@")
        for package in $going; do may_remove "$package" "$@" || removal=--no-remove; done
        [ -n "$removal" ] || held=$(apt-mark showhold | grep -xF -e "$going")
    fi
    [ -z "$held" ] || apt-mark -qq unhold $held
    guarded_apt $removal install $(to_install "$@") && return 0
    code=$?
    [ -z "$held" ] || apt-mark -qq hold $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $held | sed -n 's/ installed$//p')
    return "$code"
}

# dpkg configures no package whose unpacking was interrupted, and apt-get -f does not unpack it again.
reinstall() { [ "$#" = 0 ] || guarded_apt --no-remove --reinstall install "$@"; }

# Whether the package lists are too old, or older than the sources that they came from.
stale() {
    fresh=$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -$LISTS_FRESH_MINUTES 2>/dev/null | head -n 1)
    [ -z "$fresh" ] || [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/keyrings \
        -newer "$fresh" 2>/dev/null | head -n 1)" ]
}

# The lists of all sources. apt names addresses, and not the files that have them.
refresh() {
    { apt-get -q update 2>&1; echo $? >"$work/update.code"; } | tee "$work/update"
    code=$(cat "$work/update.code")
    dead_sources
    return "$code"
}

dead_sources() {
    sed -n -e "s/^E: The repository '\([^ ]*\) .*/\1/p" -e 's/^[EW]: Failed to fetch \([^ ]*\).*/\1/p' \
        "$work/update" | sort -u | while IFS= read -r url; do
        site=${url#*://}
        files=$(grep -rlF -e "://${site%%/*}" /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | tr '\n' ' ')
        say "apt cannot read $url, which ${files:-an unknown file }names: correct it there, or take it out"
    done
}

install() {
    if [ -n "$(dpkg --audit)" ]; then
        say "an earlier installation was interrupted: finishing it"
        # shellcheck disable=SC2046  # a list of package names
        reinstall $(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
        guarded dpkg --configure -a --force-confold
    fi
    if stale; then refresh || return 1; fi
    apt_install "$@" && return 0
    say "trying again with fresh package lists"
    refresh && apt_install "$@" && return 0
    left=$(for package in $(conflicting "$@" 2>/dev/null); do may_remove "$package" "$@" || echo "$package"; done)
    # shellcheck disable=SC2086  # a list of package names
    [ -z "$left" ] || say "conflicting packages, which only you can remove: sudo apt-get remove" $left
    return 1
}

enabled() {
    while read -r unit; do
        [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ] || printf '%s\n' "$unit"
    done
}

# In one call and without a reload, which costs more than all the rest: what systemd remembers of their links
# matters at boot only, and the transaction that configures them reloads. Links of init scripts are ignored
# beside a unit.
turn_off() {
    SYSTEMCTL_SKIP_SYSV=1 systemctl ${RIGWRIGHT_BOOT:+--no-block} disable -q --no-reload --now "$@" </dev/null
}

# Units that this run installed stay off until their subsystem has configured them.
settle() {
    [ ! -e "$work/made-policy" ] || [ -s "$policy" ] || rm -f "$policy"
    [ -e "$work/before" ] || return 0
    units >"$work/after"
    new=$(comm -13 "$work/before" "$work/after" | grep -E '\.(service|socket|timer|path)$' | enabled)
    # shellcheck disable=SC2086  # a list of units
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
