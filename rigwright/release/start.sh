# Starts a change as a transient unit, which a broken line does not end. Arguments: the unit, the command that
# takes back what was cut off, and the command of the change, word by word. Prints nothing.
set -eu
unit=$1 recover=$2
shift 2
# One that failed keeps its name until it is cleared; one that runs keeps it as the lock.
systemctl reset-failed "$unit" 2>/dev/null || :
exec systemd-run --quiet --collect --unit="$unit" --property=ExecStopPost="$recover" \
    --property=TimeoutStopSec=600 -- "$@"
