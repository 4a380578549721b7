"""What a person may call the end of a way."""

import pytest

from collector.capture import HOST
from netsnap.model.ends import UnknownEndError, find_end
from netsnap.model.network import Network
from tests.model.cluster import address_of, cluster, facts, pod_of

NETWORK = Network.of(facts(cluster()))
POD = pod_of("k8s2", 1)


@pytest.mark.parametrize("called", [POD, POD.partition("/")[2], address_of("k8s2", 1)])
def test_a_workload_is_found_by_its_name_by_the_pods_and_by_its_address(called: str) -> None:
    end = find_end(NETWORK, called)
    assert (end.node, end.netns) == ("k8s2", POD)
    assert end.addresses == (address_of("k8s2", 1),)


@pytest.mark.parametrize("called", ["k8s3", "172.16.0.47"])
def test_a_node_is_found_by_its_name_and_by_its_address(called: str) -> None:
    end = find_end(NETWORK, called)
    assert (end.name, end.netns) == ("k8s3", HOST)


def test_an_address_that_nobody_has_is_outside() -> None:
    assert find_end(NETWORK, "203.0.113.9").node == ""
    assert find_end(NETWORK, "2001:DB8::1").addresses == ("2001:db8::1",)


def test_a_name_that_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(UnknownEndError, match="has the nodes k8s1, k8s2, k8s3"):
        find_end(NETWORK, "nobody")
    with pytest.raises(UnknownEndError, match="did you mean default/web-11, default/web-12"):
        find_end(NETWORK, "web-1")
