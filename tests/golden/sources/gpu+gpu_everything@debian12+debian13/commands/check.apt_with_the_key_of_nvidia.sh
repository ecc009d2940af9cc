set -- /etc/apt/sources.list.d/rigwright-nvidia.sources
# Whether a package source is signed by its key; changes nothing. Argument: the source's file in sources.list.d.
# apt itself updates from this source alone, into lists of its own: a missing signature is an error.
# Exit codes are apt's.
umask 022
own=$(mktemp -d) || exit 1
trap 'rm -rf "$own"' EXIT
chmod 0755 "$own" && mkdir "$own/lists" || exit 1
apt-get -q update -o Dir::Etc::SourceList="$1" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$own/lists" -o Dir::Cache="$own" \
    -o Acquire::Languages=none -o APT::Update::Error-Mode=any
