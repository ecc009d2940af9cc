# Runs on the host as root. What it needs comes as arguments; none of them is secret.
#   prepare USER KEY IMPORTS   install sudo, python3 and dbus, let USER log in with KEY and use sudo without a
#                              password; IMPORTS is what Python must be able to import
#   undo USER                  remove USER's sudo rule
# Each change is reported as a line "changed PART: WHAT" on standard output.
set -eu
exec </dev/null
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022

PACKAGES_FAILED=41 SUDOERS_BROKEN=42 RULE_REFUSED=43 KEY_FAILED=44 BUS_FAILED=45
RULES=/etc/sudoers.d/rigwright
BUS=/run/dbus/system_bus_socket
LOCK_SECONDS=300
verb=$1 user=$2
rule="$user ALL=(ALL:ALL) NOPASSWD: ALL"

# apt itself waits for dpkg's lock alone, and not for those of its lists and archives.
waiting_apt() {
	waited=0
	while ! printed=$(apt-get -q -o DPkg::Lock::Timeout=0 "$@" 2>&1); do
		held=$(printf '%s\n' "$printed" | sed -n 's/^E: \(Could not get lock .*\)/\1/p' | head -n 1)
		if [ -z "$held" ] || [ "$waited" -ge $LOCK_SECONDS ]; then
			printf '%s\n' "$printed" >&2
			return 1
		fi
		waited=$((waited + 2))
		sleep 2
	done
}

# python3-minimal alone has a part of the library. Without D-Bus systemd-run waits for no unit.
packages() {
	missing=
	command -v visudo >/dev/null || missing="$missing sudo"
	python3 -I -c "$1" 2>/dev/null || missing="$missing python3"
	listening || command -v dbus-daemon dbus-broker >/dev/null || missing="$missing dbus"
	if [ -n "$missing" ]; then
		export DEBIAN_FRONTEND=noninteractive
		# shellcheck disable=SC2086  # a list of package names
		waiting_apt update && waiting_apt install --yes --no-install-recommends $missing ||
			exit $PACKAGES_FAILED
		echo "changed packages: installed$missing"
	fi
	listening || start_bus
}

# The socket's file outlives whoever listened there.
listening() { grep -qs " 00010000 .* $BUS\$" /proc/net/unix; }

start_bus() {
	systemctl unmask dbus.socket dbus.service >&2
	systemctl start dbus.socket >&2 || exit $BUS_FAILED
	echo "changed bus: started dbus.socket"
}

account() {
	! id "$user" >/dev/null 2>&1 || return 0
	useradd --create-home --shell /bin/bash "$user" >&2
	echo "changed account: created the user $user, without a password"
}

# The whole of sudo's configuration is checked, at its real paths, with the directory $1 as /etc/sudoers.d.
check() {
	# shellcheck disable=SC2016  # for the inner shell
	unshare --mount sh -c 'mount --bind "$1" /etc/sudoers.d && visudo -c' sh "$1" >&2
}

staged_copy() {
	stage=$(mktemp -d /run/rigwright.XXXXXXXX)
	trap 'rm -rf "$stage"' EXIT
	cp -a /etc/sudoers.d "$stage/sudoers.d"
}

# Its name has a dot, so sudo does not read the file before it has its own name.
swap() {
	cp -p "$stage/sudoers.d/rigwright" /etc/sudoers.d/.rigwright.new
	sync /etc/sudoers.d/.rigwright.new
	mv -f /etc/sudoers.d/.rigwright.new "$RULES"
	sync /etc/sudoers.d
}

grant() {
	[ "$user" != root ] || return 0
	! grep -qxF -- "$rule" "$RULES" 2>/dev/null || return 0
	staged_copy
	check "$stage/sudoers.d" || exit $SUDOERS_BROKEN
	staged=$stage/sudoers.d/rigwright
	[ -f "$staged" ] || echo "# Written by rig bootstrap." >"$staged"
	printf '%s\n' "$rule" >>"$staged"
	chown root:root "$staged"
	chmod 0440 "$staged"
	check "$stage/sudoers.d" || exit $RULE_REFUSED
	swap
	echo "changed sudo-rule: wrote $RULES"
}

undo() {
	grep -qxF -- "$rule" "$RULES" 2>/dev/null || return 0
	staged_copy
	staged=$stage/sudoers.d/rigwright
	grep -vxF -- "$rule" "$RULES" >"$staged" || :
	if grep -qv '^#' "$staged"; then swap; else rm -f "$RULES"; fi
	echo "changed sudo-rule: took the rule of $user out of $RULES"
}

# As the user, in the user's home, so that root follows no link there.
# shellcheck disable=SC2016  # for the inner shell
AUTHORIZE='
set -eu
umask 077
cd "$1"
mkdir -p .ssh
chmod 0700 .ssh
blob=$(printf "%s\n" "$2" | cut -d" " -f2)
file=$(readlink -m .ssh/authorized_keys)
if [ -f "$file" ] && grep -v "^[[:space:]]*#" "$file" | grep -qF -- "$blob"; then
	chmod 0600 "$file"
	exit 0
fi
new=$file.rigwright
if [ -f "$file" ]; then sed -e "\$a\\" "$file" >"$new"; else : >"$new"; fi
printf "%s\n" "$2" >>"$new"
chmod 0600 "$new"
sync "$new"
mv -f "$new" "$file"
sync "${file%/*}"
echo "changed key: added your key to $file"
'

authorize() {
	home=$(getent passwd "$user" | cut -d: -f6)
	runuser -u "$user" -- sh -c "$AUTHORIZE" sh "$home" "$1" || exit $KEY_FAILED
}

case $verb in
prepare)
	packages "$4"
	account
	authorize "$3"
	grant
	;;
undo) undo ;;
esac
