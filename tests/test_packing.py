"""Records to bytes and back, whatever names files have."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomlint.finding import Confidence, Finding, Fix, Note, Position, Severity, Span
from atomlint.packing import ESCAPE, SECOND_FORM, pack, unpack
from atomlint.scan import Imported, Scan

NAMES = st.text(st.characters(exclude_categories=())) | st.sampled_from(["caf\udce9.py", ESCAPE, f"{ESCAPE}616263", ""])


class Everything(msgspec.Struct, array_like=True):
    findings: list[Finding]
    texts: dict[str, bytes]
    scan: Scan
    number: float = 0.5


def finding(path: str) -> Finding:
    span = Span(path, Position(1, 2), Position(3, 4))
    made = Finding("redis-per-request", Severity.ERROR, Confidence.LOW, f"in {path}", span)
    return made.with_related(Note(span, "here")).with_fix("Do", *())


@given(NAMES, st.binary(max_size=20))
def test_a_record_comes_back_as_it_was(name, data):
    record = Everything([finding(name)], {name: data}, Scan([name], [Imported(0, name, [name])]))
    assert unpack(pack(record), Everything) == record


def test_a_record_without_odd_names_is_plain_msgpack():
    record = [finding("app.py"), finding("café.py")]
    assert pack(record) == msgspec.msgpack.encode(record)


def test_no_msgpack_value_begins_with_the_mark_of_the_second_form():
    assert pack(finding("caf\udce9.py"))[:1] == SECOND_FORM
    with pytest.raises(msgspec.DecodeError):
        msgspec.msgpack.decode(SECOND_FORM)


@pytest.mark.parametrize("data", [b"", SECOND_FORM, SECOND_FORM + b"\x93", b"\x93\x01", b"text", SECOND_FORM + pack(3)])
def test_other_bytes_are_a_decode_error(data):
    with pytest.raises(msgspec.DecodeError):
        unpack(data, Fix)
