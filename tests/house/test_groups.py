"""Tests that share something stay in one process of a parallel run: its plugin must know their group."""

import os

import pytest


@pytest.mark.xdist_group("house")
def test_group_of_a_test_is_known(request):
    wanted = "@house" if "PYTEST_XDIST_WORKER" in os.environ else "known"
    assert request.node.nodeid.endswith(wanted)
