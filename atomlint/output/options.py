"""How a report is to be rendered; the same record for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..finding import Finding
    from ..report import Report


class Options(NamedTuple):
    """What a caller of :func:`atomlint.output.render` chose."""

    color: bool = False
    show_suppressed: bool = False
    verbose: int = 0
    quiet: bool = False
    """Whether ``full`` and ``concise`` leave their closing lines out; errors stay."""

    def shown(self, report: Report) -> Sequence[Finding]:
        """The findings to list, in output order: suppressed and baselined ones only when asked for."""
        return report.findings if self.show_suppressed else report.active
