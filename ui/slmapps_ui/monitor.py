"""The monitor: does the promise hold? Expected against observed error, week by week."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from slmapps.desk import Desk
from slmapps.workspace import Workspace
from slmapps_ui import plots, session
from slmapps_ui.markup import plain
from slmapps_ui.trail import activity

__all__ = ["render"]

_DRIFT = {
    "stable": ("What comes in looks like what was learnt from.", ":material/check_circle:"),
    "some": (
        "What comes in has shifted somewhat; keep an eye on the weeks above.",
        ":material/info:",
    ),
    "strong": (
        "What comes in no longer looks like what was learnt from: review more for a while.",
        ":material/warning:",
    ),
}


def _share(value: Any, places: int = 1) -> str:
    return "—" if value is None else f"{float(value):.{places}%}"


def _budget(workspace: Workspace, desk: Desk, client: str, report: dict[str, Any]) -> None:
    st.subheader("Error budget", anchor=False)
    stored = float(report.get("budget") or workspace.setting(desk.name, client, "budget", 0.02))
    key = f"budget:{desk.name}:{client}"
    if key not in st.session_state:
        st.session_state[key] = round(stored * 100, 1)

    def keep() -> None:
        budget = st.session_state[key] / 100
        if desk.set_budget is None:
            workspace.set_setting(desk.name, client, "budget", budget, who=session.who())
            session.flash("The budget is kept.")
            return
        changes = desk.set_budget(workspace, client, budget, session.who())
        session.flash(
            f"At most {st.session_state[key]:g} wrong in 100:"
            f" {len(changes)} open lines were judged again."
        )

    st.slider(
        "At most … wrong in 100 of the lines that are coded without review",
        min_value=0.5,
        max_value=10.0,
        step=0.5,
        format="%.1f",
        key=key,
        on_change=keep,
    )
    threshold = report.get("threshold")
    if threshold is None or not 0 <= threshold <= 1:
        st.caption(
            "With what has been reviewed so far this budget cannot be promised, so every line waits"
            " for review. Confirm or correct more lines, or allow more errors."
        )
    else:
        st.caption(
            f"Lines at least {threshold:.0%} sure are coded without review;"
            f" that is {_share(report.get('coverage'), 0)} of them."
        )
    if report.get("curve"):
        st.altair_chart(plots.trade(report["curve"], stored), width="stretch")


def _promise(report: dict[str, Any]) -> None:
    st.subheader("Promise and practice", anchor=False)
    seen, basis = _basis(report)
    with st.container(horizontal=True):
        st.metric("Expected error", _share(seen.get("expected_error")), border=True)
        st.metric("Observed error", _share(seen.get("observed_error")), border=True)
        st.metric(
            "Coverage",
            _share(seen.get("coverage"), 0),
            border=True,
            help="The share of lines that are coded without review",
        )
    st.caption(basis)
    if seen.get("expected_error") is None and seen.get("observed_error") is None:
        return
    budget = float(report.get("budget") or 0.02)
    st.altair_chart(
        plots.promise(seen.get("expected_error"), seen.get("observed_error"), budget),
        width="stretch",
    )


def _basis(report: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What the promise is held against: lines that people looked at, else the history."""
    reviewed = int(report.get("observed_n") or 0)
    history = report.get("history") or {}
    if reviewed:
        return report, (
            f"Observed over {reviewed:,} lines that had been coded without review and that a"
            " person looked at afterwards. The dashed line is the budget."
        )
    if history.get("n") and not history.get("coverage"):
        return {"coverage": 0.0}, (
            f"Within this budget nothing can be promised yet: the newest {history['n']:,} lines of"
            " the reviewed history do not bear it out. Review more, or allow more errors."
        )
    if history.get("n"):
        return history, (
            f"Measured on the newest {history['n']:,} lines of the reviewed history, each"
            " predicted before it was learnt. The dashed line is the budget."
        )
    return {}, "Nothing to compare yet: confirm or correct some lines, or import reviewed history."


def _weeks(report: dict[str, Any]) -> None:
    st.subheader("Week by week", anchor=False)
    weeks = report.get("weeks") or []
    if not weeks:
        st.caption(
            "No reviewed line yet. The first week appears once lines have been confirmed or"
            " corrected."
        )
        return
    if len(weeks) == 1:
        (week,) = weeks
        st.write(
            f"Week of {week['week']}, the first one: **{week['total']:,}** lines came in,"
            f" **{week['accepted']:,}** of them were coded without review. "
            + (
                f"People looked at **{week['reviewed']:,}** and found **{week['right']:,}** right."
                if week["reviewed"]
                else "Nobody has looked at any of them yet."
            )
        )
        return
    st.altair_chart(plots.accuracy_by_week(weeks), width="stretch")


def _calibration(report: dict[str, Any]) -> None:
    st.subheader("Does “90 % sure” mean 90 %?", anchor=False)
    bins = [each for each in report.get("calibration") or [] if each.get("count", 1)]
    if not bins:
        st.caption("Needs reviewed history: import it at the desk, or confirm lines as they come.")
        return
    st.altair_chart(plots.calibration(bins), width="stretch")


def _drift(report: dict[str, Any]) -> None:
    drift = report.get("drift")
    if not drift:
        return
    st.subheader("Drift", anchor=False)
    text, icon = _DRIFT.get(str(drift.get("level")), ("", ":material/info:"))
    st.write(f"{icon} {text}")
    if columns := drift.get("columns"):
        st.dataframe(
            pd.DataFrame({"What": list(columns), "Shift (PSI)": list(columns.values())}),
            hide_index=True,
            column_config={"Shift (PSI)": st.column_config.NumberColumn(format="%.3f")},
        )


def render() -> None:
    """Draw the page."""
    workspace = session.workspace()
    st.title("Monitor", anchor=False)
    desks = [
        desk for desk in session.open_desks() if desk.observed and workspace.clients(desk.name)
    ]
    if not desks:
        st.info(
            "There is no client yet. Add one at a desk, or load the sample client on the home page."
        )
        return
    desk = desks[0]
    if len(desks) > 1:
        desk = st.sidebar.selectbox(
            "Desk", desks, format_func=lambda each: each.title, key="monitor:desk"
        )
    client = session.pick_client(desk.name)
    if client is None or desk.observed is None:
        return
    st.caption(f"{desk.title} · {plain(session.title_of(desk.name, client))}")
    report = desk.observed(workspace, client)
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        _promise(report)
        _weeks(report)
    with right:
        _budget(workspace, desk, client, report)
        _calibration(report)
        _drift(report)
    with st.expander("Audit trail", icon=":material/history:"):
        st.dataframe(
            activity(workspace, 200, app=desk.name, client=client), hide_index=True, height=360
        )
