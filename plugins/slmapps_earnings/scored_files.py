"""Files in, scored calls out, for the command that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from slmapps.records import Problem
from slmapps_earnings.aggregate import total
from slmapps_earnings.inbox import files_in
from slmapps_earnings.records import Kind, ScoredCall

__all__ = ["HEADINGS", "overview", "scored_files", "written_out"]

HEADINGS = ["file", "company", "period", "when", "tone", "hedged", "evasion", "outlook"]
_FILES = {"csv": "signals.csv", "parquet": "signals.parquet", "jsonl": "evidence.jsonl"}

Tick = Callable[[int, int], None]


def scored_files(
    paths: Iterable[Path], *, tick: Tick | None = None
) -> tuple[list[ScoredCall], list[Problem]]:
    """Read and score every file of ``paths``; one that is no call is a Problem and costs no other.

    The very same file twice is scored once.
    """
    from slmapps_earnings.read import read_call
    from slmapps_earnings.score import score_call

    files = files_in(paths)
    found: dict[str, ScoredCall] = {}
    problems: list[Problem] = []
    for done, path in enumerate(files, start=1):
        try:
            call, said = read_call(path)
            problems += said
            if call.kind is Kind.CALL and call.sha256 not in found:
                found[call.sha256] = score_call(call)
        except Exception as error:
            problems.append(
                Problem(
                    code="call-unreadable",
                    message=f"The call could not be scored ({type(error).__name__}: {error}).",
                    cure="Check the file; if it looks right, send it with this message.",
                    file=path.name,
                )
            )
        if tick is not None:
            tick(done, len(files))
    return list(found.values()), problems


def overview(scored: ScoredCall) -> list[str]:
    """The row of a call in the table, in the order of :data:`HEADINGS`."""
    call = scored.call
    when = call.event_time or call.event_date
    return [
        call.file,
        call.company,
        call.fiscal_period,
        "" if when is None else f"{when:%Y-%m-%d %H:%M}" if call.event_time else f"{when}",
        *(f"{total(scored, name):+.3f}" for name in ("tone", "uncertainty", "evasion")),
        f"{len(scored.guidance)} figures" if scored.guidance else "",
    ]


def written_out(scored: Sequence[ScoredCall], folder: Path) -> list[Problem]:
    """Write signals and evidence of ``scored`` into ``folder``, each file all or nothing."""
    from slmapps_earnings.export import export

    folder.mkdir(parents=True, exist_ok=True)
    problems: list[Problem] = []
    for format_, name in _FILES.items():
        data, said = export(scored, format_)  # type: ignore[arg-type]
        problems += [each for each in said if each not in problems]
        if data:
            part = folder / f"{name}.part"
            part.write_bytes(data)
            part.replace(folder / name)
    return problems
