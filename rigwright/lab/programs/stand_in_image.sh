# Python of the host itself as an image, with the program of stdin, pushed to a registry: nothing can be pulled
# in the lab. Arguments: the image's name with its tag, then variables as NAME=VALUE. Prints its name by digest.
set -eu
image=$1
shift
tree=/tmp/rigwright-stand-in
if [ ! -d "$tree" ]; then
    python=$(readlink -f /usr/bin/python3)
    lib=/usr/lib/$(basename "$python")
    libraries=$(ldd "$python" "$lib"/lib-dynload/*.so | grep -o '/[^ :]*\.so[^ :]*' | grep -v dynload |
        sed 's#^/##' | sort -u)
    rm -rf "$tree.new"
    mkdir "$tree.new"
    # The paths have no blanks.
    # shellcheck disable=SC2086
    tar -C / -ch --exclude=__pycache__ --exclude=test "${python#/}" "${lib#/}" ${libraries} |
        tar -C "$tree.new" -x
    ln -s "$(basename "$python")" "$tree.new/usr/bin/python3"
    mv "$tree.new" "$tree"
fi
cat >"$tree/stand_in.py"
count=$#
for variable; do
    set -- "$@" -c "ENV $variable"
done
shift "$count"
tar -C "$tree" -c . | docker import "$@" -c 'CMD ["/usr/bin/python3", "-u", "/stand_in.py"]' - "$image" >/dev/null
docker push -q "$image" >/dev/null
docker image inspect -f '{{index .RepoDigests 0}}' "$image"
