# Functions for the commands of a fact, which end with code 0 whatever the tools do.
# Each command prints a line that names it, its standard output, a line with its exit code, its standard error.
# What is no UTF-8 is left out, since pyinfra takes nothing else.
: "${limit:?}"
PATH="$PATH:/usr/sbin:/sbin"
export PATH
export LC_ALL=C.UTF-8

# query NAME COMMAND...
query() {
    query_name=$1
    shift
    printf '##fact output %s\n' "$query_name"
    if ! command -v "$1" >/dev/null 2>&1; then
        printf '\n##fact missing\n'
        return 0
    fi
    { query_err=$(timeout -k 1 "$limit" "$@" 2>&1 >&3 3>&- </dev/null) && query_code=0 || query_code=$?; } 3>&1
    printf '\n##fact code %s\n%s\n' "$query_code" "$query_err"
}

# each GLOB NAME COMMAND...: for every device that has a node and cannot be taken out
each() {
    each_glob=$1
    each_name=$2
    shift 2
    for each_path in $each_glob; do
        each_device=${each_path##*/}
        [ -e "/dev/$each_device" ] || continue
        [ "$(cat "$each_path/removable" 2>/dev/null)" != 1 ] || continue
        query "$each_name $each_device" "$@" "/dev/$each_device"
    done
}

readable() {
    if command -v iconv >/dev/null 2>&1; then
        iconv -c -f UTF-8 -t UTF-8 2>/dev/null || :
    else
        tr -c '\11\12\40-\176' '?'
    fi
}
