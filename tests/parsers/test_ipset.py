"""ipset list: sets and what is in them, apart from what moves by itself."""

from parsers.ipset import read_ipset
from parsers.records import IpSet, IpSetMember
from parsers.text import Text

HEAD = """\
Name: {}
Type: hash:net
Revision: 7
Header: family inet hashsize {} maxelem 1048576 counters bucketsize 12 initval {}
Size in memory: {}
References: 1
Number of entries: 1
Members:
"""


def _set(text: str) -> IpSet:
    reading = read_ipset(Text(text))
    assert reading.ledger.unknown == ()
    (found,) = (each for each in reading.records if isinstance(each, IpSet))
    return found


def test_what_the_kernel_chose_for_a_set_is_no_state_of_it() -> None:
    one, other = (
        _set(HEAD.format("a", size, seed, memory) + "10.0.0.0/8\n")
        for size, seed, memory in ((1024, "0x0ac2fe64", 552), (2048, "0x96868434", 913))
    )
    assert one.options == other.options == "family inet maxelem 1048576 counters bucketsize 12"
    assert one.seed != other.seed


def test_an_entry_that_will_expire_is_part_of_its_set() -> None:
    stays, goes = "10.0.0.0/8 timeout 0 packets 3 bytes 252", "198.51.100.7 timeout 599"
    reading = read_ipset(Text(HEAD.format("a", 64, "0x1", 1) + f"{goes}\n{stays}\n"))
    ipset, member = reading.records
    assert isinstance(ipset, IpSet)
    assert ipset.expiring == ("198.51.100.7",)
    assert member == IpSetMember("a", "10.0.0.0/8", timeout=0, packets=3, bytes=252)


def test_a_comment_may_say_anything_and_options_are_told() -> None:
    line = '10.1.0.0/16 timeout 0 nomatch packets 0 bytes 0 comment "timeout 5: Name" skbmark 0x1\n'
    *_, member = read_ipset(Text(HEAD.format("a", 64, "0x1", 1) + line)).records
    assert isinstance(member, IpSetMember)
    assert (member.comment, member.options) == ("timeout 5: Name", ("nomatch", "skbmark 0x1"))


def test_an_entry_that_says_more_is_unknown() -> None:
    reading = read_ipset(Text(HEAD.format("a", 64, "0x1", 1) + "10.1.0.0/16 sometimes\n"))
    assert [each.line for each in reading.ledger.unknown] == [9]


def test_an_entry_before_any_set_is_unknown() -> None:
    reading = read_ipset(Text("10.0.0.0/8\n"))
    assert (reading.records, len(reading.ledger.unknown)) == ((), 1)
