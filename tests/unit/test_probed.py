"""Which address of a host a client elsewhere can try."""

from __future__ import annotations

import pytest

from tests.support.probed import listens_at


@pytest.mark.parametrize(
    ("listening", "reached"),
    [
        (["127.0.0.1"], False),
        (["127.0.0.1", "172.30.0.1"], False),  # of containers
        (["127.0.0.1", "192.0.2.10"], True),
        (["0.0.0.0"], True),
        (["::"], False),
    ],
)
def test_a_server_is_tried_at_the_address_of_its_host_only_where_it_listens_there(
    listening: list[str], reached: bool
) -> None:
    assert listens_at("192.0.2.10", listening) is reached
