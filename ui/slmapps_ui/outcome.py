"""How a long piece of work went: shown once it is over, until a person closes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from slmapps.records import Problem, Severity
from slmapps.workspace import Workspace
from slmapps_ui import jobs
from slmapps_ui.markup import plain
from slmapps_ui.problems import problem_list

__all__ = ["cut_off", "outcome"]

SHOWN = 8


def outcome(key: str) -> bool:
    """Draw the bar of the job ``key`` while it runs, then its Problems; True while it runs.

    The job's result is Problems, or things that hold ``problems`` and ``alarms``.
    """
    over = f"{key}:outcome"
    job = jobs.show(key)
    if job is not None:
        jobs.forget(key)
        st.session_state[over] = (job.title, job.error, list(_problems(job.result or [])))
    elif jobs.current(key) is not None:
        return True
    if over not in st.session_state:
        return False
    title, error, problems = st.session_state[over]
    with st.container(border=True, key="outcome"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if error:
                st.markdown(f":red[:material/error: {plain(title)} stopped: {plain(error)}]")
            else:
                count = f" {len(problems)} thing{'s' * (len(problems) != 1)} to know:"
                st.markdown(
                    f":green[:material/check_circle:] {plain(title)}: done."
                    + (count if problems else "")
                )
            st.button("Close", key=f"{over}:close", on_click=st.session_state.pop, args=(over,))
        problem_list(problems[:SHOWN], files=True)
        if len(problems) > SHOWN:
            st.caption(f"and {len(problems) - SHOWN} more, each beside its document")
    return False


def _problems(results: Iterable[Any]) -> Iterable[Problem]:
    for each in results:
        found = [each] if isinstance(each, Problem) else [*each.problems, *each.alarms]
        yield from dict.fromkeys(p for p in found if p.severity is not Severity.INFO)


def cut_off(workspace: Workspace, app: str, client: str) -> None:
    """Say of a batch that did not come to its end how it is taken up again."""
    batches = workspace.batches(app=app, client=client)
    if batches and batches[0].done < batches[0].total:
        st.warning(
            f"The last batch stopped after {batches[0].done:,} of {batches[0].total:,} files. Drop"
            " the same files in again: what was saved is not done twice.",
            icon=":material/restart_alt:",
        )
