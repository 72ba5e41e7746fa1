"""``junit``: JUnit XML as test report viewers read it; one suite, one case per finding or error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree as ET

from .summary import closing, state, trouble_line
from .text import harmless, one_line, place

if TYPE_CHECKING:
    from ..finding import Finding
    from ..report import Report, Trouble
    from .options import Options


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write the suite: failing findings fail, errors err, others only say what they found."""
    suite = ET.Element("testsuite", name="atomlint")
    for error in report.errors:
        _add_error(suite, error)
    for finding in options.shown(report):
        _add_finding(suite, finding, fails=not state(finding) and report.fails(finding))
    if not len(suite):
        ET.SubElement(suite, "testcase", classname="atomlint", name="No findings")
    counts = {"tests": len(suite), "failures": len(suite.findall("testcase/failure"))}
    counts |= {"errors": len(report.errors), "skipped": len(suite.findall("testcase/skipped"))}
    suite.attrib.update({name: str(number) for name, number in counts.items()})
    ET.SubElement(suite, "system-out").text = "\n".join(closing(report))
    suites = ET.Element("testsuites", {"name": "atomlint", **{k: v for k, v in suite.attrib.items() if k != "name"}})
    suites.append(suite)
    ET.indent(suites)
    # ASCII with character references reads the same whatever encoding the stream has
    body = ET.tostring(suites, encoding="us-ascii", xml_declaration=False).decode("ascii")
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n')


def _add_finding(suite: ET.Element, finding: Finding, *, fails: bool) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=harmless(finding.span.path),
        name=f"{harmless(finding.rule)} at {finding.span.start.line}:{finding.span.start.column}",
        file=harmless(finding.span.path),
        line=str(finding.span.start.line),
    )
    message = one_line(finding.message)
    if state(finding):
        ET.SubElement(case, "skipped", message=f"{message} ({state(finding)})")
    elif fails:
        ET.SubElement(case, "failure", message=message, type=finding.severity.value).text = _text(finding)
    else:
        ET.SubElement(case, "system-out").text = _text(finding)


def _text(finding: Finding) -> str:
    head = f"{place(finding.span)}: {harmless(finding.rule)} {finding.severity.value}[{finding.confidence.value}]"
    lines = [f"{head} {one_line(finding.message)}"]
    lines += [f"  via {place(step.span)} {one_line(step.message)}".rstrip() for step in finding.trace]
    lines += [f"  see {place(note.span)} {one_line(note.message)}".rstrip() for note in finding.related]
    return "\n".join([*lines, *filter(None, [one_line(finding.help)])])


def _add_error(suite: ET.Element, error: Trouble) -> None:
    where = harmless(error.path) or "atomlint"
    case = ET.SubElement(suite, "testcase", classname=where, name=f"{error.kind} error")
    ET.SubElement(case, "error", message=one_line(error.message), type=error.kind).text = trouble_line(error)
