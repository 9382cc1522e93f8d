"""The train page: order a training, watch it, try what came of it.

A training is a process of its own (:mod:`slmapps_ui.training_runs`); the page only reads what it
writes, so a tab that is closed, or a server that is started again, changes nothing for it.
"""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import streamlit as st

from slmapps_ui import new_training, plots, session, training_log, training_runs
from slmapps_ui.markup import chip, escape, facts, plain, write
from slmapps_ui.tables import select_cell
from slmapps_ui.training_log import Progress
from slmapps_ui.training_runs import Run
from slmapps_ui.try_model import try_box

__all__ = ["render"]

_STATES = {
    "preparing": ("preparing", "key"),
    "running": ("training", "key"),
    "finishing": ("finishing", "key"),
    "stopped": ("stopped", "warn"),
    "failed": ("failed", "bad"),
    "done": ("done", "good"),
}


def render() -> None:
    """Draw the page."""
    st.title("Train", anchor=False)
    st.caption(
        "A small language model of your own, from your own text, on this machine. A training runs"
        " beside the page: close the tab or the browser, and it goes on."
    )
    known = training_runs.runs()
    left, right = st.columns([0.36, 0.64], gap="large")
    with right:
        shown = _shown(known)
        if shown is None:
            _empty()
        else:
            _panel(shown)
    with left:
        new_training.form(known)
    if known:
        _table(known, shown)


def _shown(known: list[Run]) -> Run | None:
    """The run that was picked, else the one that is going on, else the newest."""
    names = {run.name: run for run in known}
    picked = st.session_state.get("train:shown")
    if picked in names:
        return names[picked]
    return next((run for run in known if run.alive), known[0] if known else None)


def _empty() -> None:
    st.subheader("No model yet", anchor=False)
    write(
        '<ol class="sl-steps">'
        "<li><b>Put in text</b> of the kind that the model should write: stories, replies, recipes,"
        " minutes. A megabyte is a beginning, ten are better.</li>"
        "<li><b>Choose where it starts.</b> Random weights know nothing and learn your text alone."
        " The writer knows English already and takes on your manner.</li>"
        "<li><b>Say how long.</b> Ten minutes show whether it learns; the loss that is drawn here"
        " should fall. It can be stopped, and taken up again later.</li>"
        "<li><b>Try it here</b>, or load its folder with transformers, with"
        " <code>slmapps write --model FOLDER</code>, or from Python.</li></ol>"
    )
    st.caption(
        "Part of your text is held out and never trained on: the model's card says how well it is"
        " foretold. Nothing leaves this machine."
    )


def _panel(run: Run) -> None:
    word, tone = _STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", key="train-head"):
        write(f'<h3 class="sl-name">{escape(run.name)}</h3>{chip(word, tone)}')
        if run.alive:
            asked = f"train:stopping:{run.name}"
            st.button(
                "Stopping …" if asked in st.session_state else "Stop",
                icon=":material/stop:",
                key="train:stop",
                shortcut="s",
                disabled=asked in st.session_state or run.state == "finishing",
                on_click=_stop,
                args=(run.name,),
                help="A checkpoint is written first; the training can be taken up from it.",
            )
        elif run.state in ("stopped", "failed") and run.order is not None:
            st.button(
                "Go on" if run.state == "stopped" else "Try again",
                icon=":material/play_arrow:",
                key="train:resume",
                shortcut="g",
                on_click=training_runs.resume,
                args=(run.name,),
            )
        if not run.alive:
            _delete(run)
    if run.alive:
        _live(run.name, run.state)
        return
    st.session_state.pop(f"train:stopping:{run.name}", None)
    if run.state == "failed":
        st.error(
            plain(run.complaint or "The training ended without a word; see its output below."),
            icon=":material/error:",
        )
    if run.state == "stopped":
        _stopped(run)
    if run.state == "done":
        write(_figures(run))
    _plot(run)
    if run.state == "done":
        try_box(run.out)
        if run.card:
            with (
                st.expander("Model card", icon=":material/description:"),
                st.container(key="train-card"),
            ):
                st.markdown(run.card)
        st.caption(f"Folder: `{run.out}`")
    elif run.said:
        with st.expander("What it said", icon=":material/terminal:"):
            st.code(run.said[-3000:], language=None)


def _stop(name: str) -> None:
    training_runs.stop(name)
    st.session_state[f"train:stopping:{name}"] = True


def _delete(run: Run) -> None:
    with st.popover("Delete …", icon=":material/delete:"):
        st.write(f"Delete **{plain(run.name)}**, its log and the text put in for it? For good.")
        if st.button("Delete it", key=f"train:delete:{run.name}", type="primary"):
            training_runs.delete(run.name)
            st.session_state.pop("train:shown", None)
            session.flash(f"{run.name} is deleted.")
            st.rerun()


@st.fragment(run_every=2.0)
def _live(name: str, state: str) -> None:
    """What goes on, drawn anew every two seconds until the run stands elsewhere."""
    run = training_runs.look(name)
    if run.state != state:
        st.rerun()
    rows = training_log.steps(run.log)
    now = training_log.progress(run, rows)
    if run.state != "running" or now is None:
        stage = run.stage if run.state == "finishing" or now is None else "Training"
        waited = _span(time.time() - run.begun) if run.state == "preparing" else ""
        write(
            f'<div class="sl-small">{escape(stage)} … {waited}</div>'
            '<div class="sl-busy"><i></i></div>'
        )
        if now is None:
            st.caption("The curve begins with the first step.")
            return
    else:
        _numbers(now)
        st.progress(now.share, text=f"{now.share:.0%} of {_budget(run)}")
    _plot(run, rows)


def _numbers(now: Progress) -> None:
    with st.container(horizontal=True, key="numbers"):
        st.metric("Loss", f"{now.loss:.3f}", border=True, help="Nats a piece, smoothed")
        st.metric("Tokens a second", f"{now.tokens_per_second:,.0f}", border=True)
        st.metric("Tokens read", _short(now.tokens), border=True)
        left = "—" if now.left is None else _span(now.left)
        st.metric("Time left", left, border=True)


def _stopped(run: Run) -> None:
    kept = any(
        (run.out / name / "state.json").exists() for name in ("checkpoint", "checkpoint.old")
    )
    rows = training_log.steps(run.log)
    now = training_log.progress(run, rows)
    if now is None:
        st.info(
            "It was stopped before its first step. “Go on” begins anew.", icon=":material/info:"
        )
        return
    how = (
        "“Go on” takes it up from its last checkpoint."
        if kept
        else "No checkpoint was written yet: “Go on” begins anew."
    )
    st.info(
        f"Stopped after {_span(now.seconds)}, {now.share:.0%} of {_budget(run)}, at a loss of"
        f" {now.loss:.3f}. {how}",
        icon=":material/pause_circle:",
    )


def _figures(run: Run) -> str:
    outcome = run.facts.get("outcome") or {}
    now = training_log.progress(run, training_log.steps(run.log))
    return facts(
        [
            ("Parameters", _short(outcome.get("parameters") or run.facts.get("parameters"))),
            ("Held out, bits per byte", _bits(run)),
            ("Loss at the end", f"{now.loss:.3f}" if now else None),
            ("Tokens read", _short(outcome.get("tokens"))),
            ("Took", _span(outcome["seconds"]) if outcome.get("seconds") else None),
            ("Started from", _parent(run)),
        ]
    )


def _bits(run: Run) -> str:
    """Bits per byte over all that was held out."""
    rows = (run.facts.get("outcome") or {}).get("bits_per_byte") or []
    size = sum(row["bytes"] for row in rows)
    return f"{sum(row['bits_per_byte'] * row['bytes'] for row in rows) / size:.3f}" if size else ""


def _parent(run: Run) -> str:
    start = str(
        (run.facts.get("plan") or {}).get("start") or (run.order.start if run.order else "")
    )
    return {"random": "random weights"}.get(start, start.rstrip("/").rpartition("/")[2])


def _plot(run: Run, rows: list[dict[str, Any]] | None = None) -> None:
    rows = training_log.steps(run.log) if rows is None else rows
    if len(rows) < 2:
        return
    budget = (run.facts.get("settings") or {}).get("tokens") if run.alive else None
    st.altair_chart(plots.loss(training_log.curve(rows), budget), width="stretch")


def _table(known: list[Run], shown: Run | None) -> None:
    st.subheader("Models on this machine", anchor=False)
    rows = []
    for run in known:
        now = training_log.progress(run, training_log.steps(run.log))
        outcome = run.facts.get("outcome") or {}
        parameters = outcome.get("parameters") or run.facts.get("parameters")
        rows.append(
            {
                "": "▸" if shown is not None and run.name == shown.name else "",
                "Name": run.name,
                "State": _STATES[run.state][0],
                "Started from": _parent(run),
                "Parameters": _short(parameters),
                "Tokens read": _short(now.tokens if now else None),
                "Took": _span(now.seconds) if now else "",
                "Loss": f"{now.loss:.3f}" if now else "",
                "Bits per byte": _bits(run),
                "Begun": time.strftime("%Y-%m-%d %H:%M", time.localtime(run.begun)),
            }
        )
    turn = session.kept("train:table", 0)
    state = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=30,
        key=f"train:runs:{turn}",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            "": st.column_config.TextColumn(width=24),
            "Loss": st.column_config.TextColumn(help="Nats a piece, smoothed"),
            "Bits per byte": st.column_config.TextColumn(
                help="On held-out text, which the training never saw"
            ),
        },
    )
    place = select_cell(state)
    if place is not None and place < len(known):
        st.session_state["train:shown"] = known[place].name
        st.session_state["train:table"] = turn + 1
        st.rerun()


def _budget(run: Run) -> str:
    settings = run.facts.get("settings") or {}
    if settings.get("tokens"):
        return f"{_short(settings['tokens'])} tokens"
    return f"{settings.get('minutes') or 0:g} minutes"


def _short(count: int | None) -> str:
    """A large count as a person says it: 3.2M."""
    if not count:
        return ""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)


def _span(seconds: float) -> str:
    """A time as a person says it."""
    seconds = max(0, round(seconds))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return (
            f"{seconds // 60} min {seconds % 60:02d} s" if seconds < 600 else f"{seconds // 60} min"
        )
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
