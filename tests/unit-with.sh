#!/bin/sh
# Run the pure tests under another Python: tests/unit-with.sh /usr/bin/python3.12
# Its environment is kept in .venv-VERSION until requirements.lock changes.
set -eu
python=$1
cd "$(dirname "$0")/.."
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
venv=.venv-$version
if ! cmp -s requirements.lock "$venv/rig.lock"; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes --requirement requirements.lock
    cp requirements.lock "$venv/rig.lock"
fi
# What a template's line does is the same under every Python.
exec "$venv/bin/python" -m pytest -q tests/unit tests/golden tests/facts --ignore=tests/golden/test_mutation.py
