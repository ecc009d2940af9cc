"""The claims about ZFS need what no lab container has."""

ELSEWHERE = {"test_zfs::*": "a kernel of its own: a container cannot load ZFS"}
