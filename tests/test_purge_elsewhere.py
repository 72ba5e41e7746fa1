"""Statements of a loop that another file lists."""

from __future__ import annotations

from atomlint.testing import check_files


def test_a_list_of_statements_in_another_file_is_read_there_or_not_at_all() -> None:
    files = {
        "statements.py": "\n".join(f"x{n} = str({n})" for n in range(40))
        + "\nDROPS = [str(1), 'DELETE FROM a', str(2)]\n",
        "purge.py": "from statements import DROPS\n\ndef purge(db):\n    for one in DROPS:\n        db.execute(one)\n",
    }
    report = check_files(files, select=("purge",))
    assert report.errors == []
    assert report.findings == []
