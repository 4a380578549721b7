"""The inventory: what it takes, and how it says what is wrong."""

from pathlib import Path

import pytest

from collector import inventory
from collector.errors import InventoryError

GOOD = """
[defaults]
user = "root"
key = "keys/id"
groups = ["all"]
[nodes.k8s1]
address = "172.16.0.55"
groups = ["master"]
[nodes.k8s2]
port = 2222
sudo = true
time_limit = 30
jump = "k8s1"
[nodes."k8s3.example"]
address = "172.16.0.47"
jump = "ops@bastion:22"
"""


def load(tmp_path: Path, text: str) -> inventory.Inventory:
    path = tmp_path / "lab.toml"
    path.write_text(text, encoding="utf-8")
    return inventory.load(path)


def test_reads_nodes_in_order_with_their_defaults(tmp_path: Path) -> None:
    one, two, three = load(tmp_path, GOOD).nodes
    assert (one.name, one.address, one.user, one.port) == ("k8s1", "172.16.0.55", "root", None)
    assert one.key == tmp_path / "keys/id"
    assert one.groups == ("all", "master")
    assert (two.address, two.port, two.sudo, two.time_limit) == ("k8s2", 2222, True, 30.0)
    assert two.jump == one
    assert three.jump == inventory.Node("bastion", "bastion", port=22, user="ops")


@pytest.mark.parametrize(
    ("names", "groups", "chosen"),
    [
        ([], [], ["k8s1", "k8s2", "k8s3.example"]),
        (["k8s2"], [], ["k8s2"]),
        ([], ["master"], ["k8s1"]),
        (["k8s2"], ["master"], ["k8s1", "k8s2"]),
    ],
)
def test_selects_by_name_and_group(
    tmp_path: Path, names: list[str], groups: list[str], chosen: list[str]
) -> None:
    assert [node.name for node in load(tmp_path, GOOD).select(names, groups)] == chosen


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as error:
        load(tmp_path, GOOD).select(["k9"])
    assert str(error.value) == ("no node named 'k9' in lab.toml (it has k8s1, k8s2, k8s3.example)")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no nodes"),
        ("nodes = 3", "has no nodes"),
        ("[nodes]\nk8s1 = 3", "nodes.k8s1 must be a table"),
        ("[node.k8s1]", "unknown key 'node'"),
        ("[nodes.k8s1]\nadress = 'x'", "nodes.k8s1.adress: unknown key"),
        ("[nodes.k8s1]\nport = '22'", "nodes.k8s1.port must be a number"),
        ("[nodes.k8s1]\nport = 0", "nodes.k8s1.port must be a number"),
        ("[nodes.k8s1]\nport = true", "nodes.k8s1.port must be a number"),
        ("[nodes.k8s1]\nsudo = 1", "nodes.k8s1.sudo must be true or false"),
        ("[nodes.k8s1]\ngroups = 'a'", "nodes.k8s1.groups must be a list"),
        ("[nodes.k8s1]\ntime_limit = 0", "nodes.k8s1.time_limit must be seconds"),
        ("[nodes.k8s1]\naddress = ''", "nodes.k8s1.address must be a text"),
        ("[nodes.k8s1]\njump = 'a b'", "nodes.k8s1.jump: cannot read 'a b'"),
        ("[nodes.a]\njump = 'b'\n[nodes.b]\njump = 'a'", "is a circle"),
        ("[nodes.a]\naddress = 'x'\n[nodes.b]\naddress = 'x'", "x is the address of a already"),
        ("[nodes.'a b']", "a name has letters"),
        ("[nodes.a", "not valid TOML"),
    ],
)
def test_says_file_and_key_of_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InventoryError) as error:
        load(tmp_path, text)
    assert says in str(error.value)
    assert "lab.toml" in str(error.value)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="No such file"):
        inventory.load(tmp_path / "gone.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InventoryError, match="not UTF-8"):
        inventory.load(tmp_path / "binary.toml")


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("k8s1", None, "k8s1", None),
        ("root@172.16.0.55:2222", "root", "172.16.0.55", 2222),
        ("fe80::1", None, "fe80::1", None),
        ("root@[2001:db8::1]:22", "root", "2001:db8::1", 22),
    ],
)
def test_a_single_node_is_read(text: str, user: str | None, host: str, port: int | None) -> None:
    node = inventory.single(text)
    assert (node.user, node.address, node.port) == (user, host, port)


@pytest.mark.parametrize("text", ["", "a b", "@x", "x:", "x:99999", "-oProxyCommand=id", "a@b@c"])
def test_a_text_that_is_no_node_is_refused(text: str) -> None:
    with pytest.raises(InventoryError):
        inventory.single(text)


def test_the_template_is_an_inventory(tmp_path: Path) -> None:
    text = inventory.template(["root@172.16.0.55", "k8s2:2222"])
    nodes = load(tmp_path, text).nodes
    assert [(n.name, n.user, n.port) for n in nodes] == [
        ("172.16.0.55", "root", None),
        ("k8s2", None, 2222),
    ]
    with pytest.raises(InventoryError, match="has no nodes"):
        load(tmp_path, inventory.template())
