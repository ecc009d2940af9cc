#!/bin/sh
# What NVIDIA's cards forget at every boot.
#
#   tune apply    set it on every card, within the card's own limits
#   tune reset    what every card has by itself
#   tune look     print what the cards have, as JSON
#
# Without a driver there is nothing to set: while nouveau has the cards that is so until the next boot.
set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

ask() { nvidia-smi --query-gpu="$1" --format=csv,noheader,nounits; }

# The values of a column, each once: one word where all cards agree.
column() { printf '%s\n' "$rows" | cut -d, -f"$1" | sed 's/^ *//; s/\.00*$//' | sort -u | paste -s -d ' ' -; }

look() {
    rows=$(ask persistence_mode,power.limit) || { printf '%s\n' "$rows" >&2; return 1; }
    printf '{"persistence": "%s", "power limit in watts": "%s"}\n' "$(column 1)" "$(column 2)"
}

# Sets the limit of card $1 to $2 watts, or to the nearest that lies between $3 and $4.
limit() {
    case "$2 $3 $4" in
    *[!0-9.\ ]*) echo "card $1 has no power limit to set"; return 0 ;;
    esac
    watts=$(awk -v wanted="$2" -v least="$3" -v most="$4" \
        'BEGIN { print(wanted < least ? least : (wanted > most ? most : wanted)) }')
    nvidia-smi -i "$1" -pl "$watts"
}

each() {
    ask index,power.default_limit,power.min_limit,power.max_limit >"$cards" || { cat "$cards"; return 1; }
    failed=0
    while IFS=', ' read -r card default least most; do
        "$1" || failed=1
    done <"$cards"
    return "$failed"
}

set_one() {
    echo "card $card"
}

# Not every card can lock its clocks, and one that cannot has nothing to reset.
reset_one() {
    nvidia-smi -i "$card" -rgc || :
    limit "$card" "$default" "$least" "$most"
}

ready() { [ ! -e /sys/module/nouveau ] && { [ -e /sys/module/nvidia ] || { [ "$1" = apply ] && modprobe -q nvidia; }; }; }

if ! ready "$1"; then
    echo "the driver is not loaded" >&2
    [ "$1" != look ]
    exit
fi
cards=$(mktemp) && trap 'rm -f "$cards"' EXIT || exit 1
case $1 in
apply) each set_one ;;
reset) each reset_one ;;
look) look ;;
esac
