"""Words that all reports share."""

from netsnap.report.words import squeezed

LINE = (
    '-A cali-tw-cali0ef24b9f8e1 -m comment --comment "cali:Hb3Zr0qXTlW5pYsU" -m comment --comment '
    '"Drop if no profiles matched" -j DROP'
)


def test_a_long_line_keeps_its_beginning_and_what_a_filter_does_at_its_end() -> None:
    short = squeezed(LINE)
    assert len(short) == 100
    assert short.startswith("-A cali-tw-cali0ef24b9f8e1 -m comment")
    assert short.endswith('no profiles matched" -j DROP')
    assert short.count("…") == 1


def test_a_line_that_fits_is_whole_but_for_runs_of_blanks() -> None:
    assert squeezed("  10.0.0.0/8\t\tdev  eth0 ") == "10.0.0.0/8 dev eth0"
    assert squeezed("x" * 100) == "x" * 100
