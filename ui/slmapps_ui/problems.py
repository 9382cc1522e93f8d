"""Problems with their cures, the grave ones first."""

from __future__ import annotations

from collections.abc import Sequence

from slmapps.records import Problem, Severity
from slmapps_ui.markup import escape, write

__all__ = ["problem_list", "spoken", "summary"]

_ORDER = [Severity.ERROR, Severity.WARNING, Severity.INFO]


def problem_list(problems: Sequence[Problem], *, files: bool = False) -> None:
    """Show each Problem, what it means, and what to do about it."""
    parts = []
    for problem in sorted(problems, key=lambda each: _ORDER.index(each.severity)):
        file = (
            f'<span class="sl-soft">{escape(problem.file)} · </span>'
            if files and problem.file
            else ""
        )
        cure = f'<div class="sl-soft sl-small">{escape(problem.cure)}</div>' if problem.cure else ""
        parts.append(
            f'<div class="sl-problem {problem.severity}">{file}{escape(problem.message)}'
            f' <span class="sl-soft sl-small">({escape(problem.code)})</span>{cure}</div>'
        )
    write("".join(parts))


def summary(problems: Sequence[Problem]) -> str:
    """The codes of what is grave, for a table's cell."""
    return ", ".join(
        dict.fromkeys(spoken(each.code) for each in problems if each.severity is not Severity.INFO)
    )


def spoken(code: str) -> str:
    """A Problem's code as a person reads it; a rule such as BR-CO-10 keeps its name."""
    return code if code.isupper() else code.replace("-", " ")
