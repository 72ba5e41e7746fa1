import msgspec

from atomlint.finding import Confidence, Edit, Finding, Fix, Position, Severity, Span, Suppression
from atomlint.plan import plan


def edit(start, end, text="", path="a.py"):
    return Edit(Span(path, Position(1, start), Position(1, end)), text)


def finding(line, *fixes):
    span = Span("a.py", Position(line, 1), Position(line, 2))
    return Finding("redis-x", Severity.ERROR, Confidence.HIGH, "m", span, fixes=fixes)


def safe(*edits, title="do"):
    return Fix(title, "safe", edits)


def unsafe(*edits):
    return Fix("do", "unsafe", edits)


def test_safe_fixes_are_chosen_and_unsafe_ones_on_request():
    careful, bold = safe(edit(5, 6)), unsafe(edit(1, 2))
    assert plan([finding(1, bold), finding(2, careful)], unsafe=False) == {"a.py": [careful]}
    assert plan([finding(1, bold), finding(2, careful)], unsafe=True) == {"a.py": [bold, careful]}


def test_a_finding_gets_its_first_fix_that_is_allowed():
    first, second, third = unsafe(edit(1, 2)), safe(edit(3, 4)), safe(edit(5, 6))
    assert plan([finding(1, first, second, third)], unsafe=False) == {"a.py": [second]}


def test_of_overlapping_fixes_the_first_finding_in_output_order_wins():
    one, two = safe(edit(1, 4)), safe(edit(3, 6))
    assert plan([finding(2, two), finding(1, one)], unsafe=False) == {"a.py": [one]}


def test_an_insertion_strictly_inside_a_replacement_overlaps_it():
    wide, point = safe(edit(1, 9)), safe(edit(3, 3, "x"))
    assert plan([finding(1, wide), finding(2, point)], unsafe=False) == {"a.py": [wide]}
    assert plan([finding(1, point), finding(2, wide)], unsafe=False) == {"a.py": [point]}


def test_fixes_that_only_touch_go_together():
    fixes = [safe(edit(1, 3, "x")), safe(edit(3, 5, "y")), safe(edit(3, 3, "z")), safe(edit(1, 1, "w"))]
    assert plan([finding(n, fix) for n, fix in enumerate(fixes, 1)], unsafe=False) == {"a.py": fixes}


def test_a_fix_is_all_or_nothing_also_across_files():
    first = safe(edit(1, 3))
    both = safe(edit(1, 2, path="b.py"), edit(2, 4))
    free = safe(edit(1, 2, "x", path="b.py"))
    found = [finding(1, first), finding(2, both), finding(3, free)]
    assert plan(found, unsafe=False) == {"a.py": [first], "b.py": [free]}


def test_a_fix_of_two_files_stands_under_both_and_a_barred_path_bars_it():
    both = safe(edit(1, 2, path="b.py"), edit(2, 4))
    assert plan([finding(1, both)], unsafe=False) == {"a.py": [both], "b.py": [both]}
    assert plan([finding(1, both)], unsafe=False, barred={"b.py"}) == {}


def test_the_same_repair_of_two_findings_is_made_once():
    one, other = safe(edit(1, 2, "x"), title="one"), safe(edit(1, 2, "x"), title="other")
    assert plan([finding(1, one), finding(2, other)], unsafe=False) == {"a.py": [one]}


def test_fixes_share_an_identical_replacement_or_inserted_line():
    line = edit(1, 1, "import x\n")
    one, two = safe(line, edit(3, 4, "a")), safe(line, edit(5, 6, "b"))
    assert plan([finding(1, one), finding(2, two)], unsafe=False) == {"a.py": [one, two]}


def test_two_equal_brackets_at_one_place_are_not_one_so_the_second_fix_waits():
    close = edit(9, 9, ")")
    one, two = safe(edit(1, 1, "f("), close), safe(edit(5, 5, "g("), close)
    assert plan([finding(1, one), finding(2, two)], unsafe=False) == {"a.py": [one]}


def test_a_fix_that_is_empty_reversed_or_overlaps_itself_is_never_made():
    bad = [safe(), safe(edit(4, 2)), safe(edit(1, 4), edit(2, 5))]
    assert plan([finding(1, fix) for fix in bad], unsafe=False) == {}


def test_a_fix_replaces_no_accepted_stretch_in_the_middle_of_many():
    fixes = [safe(edit(n, n + 1)) for n in range(1, 40, 2)]
    wide = safe(edit(10, 12))
    found = [finding(n, fix) for n, fix in enumerate([*fixes, wide], 1)]
    assert plan(found, unsafe=False) == {"a.py": fixes}


def test_suppressed_and_baselined_findings_are_not_fixed():
    found = finding(1, safe(edit(1, 2)))
    silent = msgspec.structs.replace(found, suppressed=Suppression("a.py", 1))
    assert plan([silent, msgspec.structs.replace(found, baselined=True)], unsafe=False) == {}
