# apt itself asks the source, with lists of its own: what the key did not sign is an error.
umask 022
own=$(mktemp -d) || exit 1
trap 'rm -rf "$own"' EXIT
chmod 0755 "$own" && mkdir "$own/lists" || exit 1
apt-get -q update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/rigwright-container-toolkit.sources -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$own/lists" -o Dir::Cache="$own" \
    -o Acquire::Languages=none -o APT::Update::Error-Mode=any
