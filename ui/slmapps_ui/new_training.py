"""The form that a training is ordered with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from slmapps_ui import session, training_runs
from slmapps_ui.markup import plain
from slmapps_ui.training_runs import SIZES, Order, Run

__all__ = ["form", "lacking"]

KINDS = ["txt", "md", "jsonl", "xz", "gz"]
STARTS = {
    "random": ("Random weights", "A small model that learns everything from your text"),
    "writer": ("The writer", "The suite's own writer goes on learning, on your text"),
    "reader": ("The reader", "The suite's reader learns to write; it has 23M parameters"),
    "own": ("One of my models", "Goes on from a model that was trained here"),
}


@dataclass(frozen=True)
class _Budget:
    minutes: float | None
    tokens: int | None


def lacking() -> list[str]:
    """The libraries that training needs and that are not installed."""
    return [name for name in ("torch", "transformers") if find_spec(name) is None]


def form(known: list[Run]) -> None:
    """Draw the form; a run that is started becomes the one that the page shows."""
    st.subheader("New training", anchor=False)
    if missing := lacking():
        st.warning(
            f"Training needs {' and '.join(missing)}, which the suite itself does without. Install"
            " the extra, then reload this page:",
            icon=":material/download:",
        )
        st.code("pip install torch==2.13.0 'slmapps[train]'", language="shell")
        st.caption("Models that are here already can be tried without it.")
        return
    turn = session.kept("train:turn", 0)
    files = st.file_uploader(
        "Your text",
        type=KINDS,
        accept_multiple_files=True,
        key=f"train:files:{turn}",
        help="Plain text, Markdown or JSON lines, also packed by xz or gz. In a text file a line"
        " <|endoftext|> stands between two documents.",
    )
    folder = st.text_input(
        "or a folder or file on this machine",
        key="train:folder",
        placeholder="/home/me/stories",
    ).strip()
    start, missing_start = _start(known)
    size = None
    beside = st.container()
    if start == "random":
        left, beside = st.columns(2)
        size = left.select_slider(
            "Parameters",
            SIZES[:-2],
            value="3M",
            key="train:size",
            help="A small one learns fast and forgets detail. Ten minutes on a laptop do little"
            " for more than 10M.",
        )
    with beside:
        budget = _budget()
    name = st.text_input(
        "Name", value=training_runs.free_name(), key=f"train:name:{turn}", max_chars=40
    ).strip()
    with st.expander("Licence, seed, threads"):
        licence = st.text_input(
            "Licence of the files put in above",
            key="train:licence",
            placeholder="CC0-1.0",
            help="Goes into the model's card. For a folder it is read from its manifest.json.",
        ).strip()
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key="train:seed", help="The same seed trains the same model."
        )
        cores = os.cpu_count() or 1
        threads = st.number_input(
            "Threads",
            1,
            cores,
            max(1, cores - 1),
            key="train:threads",
            help="Best one less than this machine has cores, so that the page stays quick.",
        )
    busy = next((run for run in known if run.alive), None)
    if busy is not None:
        st.caption(
            f"{plain(busy.name)} is being trained. One at a time: two would halve the speed."
        )
    asked = st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        key="train:start",
        shortcut="Ctrl+Enter",
        disabled=busy is not None or bool(missing_start),
        width="stretch",
    )
    if not asked:
        return
    order = Order(
        name=name,
        corpus=(str(Path(folder).expanduser()) if Path(folder).expanduser().exists() else folder,)
        if folder
        else (),
        start=start,
        size=size,
        minutes=budget.minutes,
        tokens=budget.tokens,
        seed=int(seed),
        threads=int(threads),
    )
    uploads = [(each.name, each.getvalue()) for each in files or []]
    if problems := training_runs.begin(order, uploads, licence):
        for problem in problems:
            st.error(plain(problem), icon=":material/error:")
        return
    st.session_state["train:turn"] = turn + 1  # a fresh uploader, and the next free name
    st.session_state["train:shown"] = name
    st.rerun()


def _start(known: list[Run]) -> tuple[str, str]:
    """What is started from, as ``--from`` wants it, and what is missing for it."""
    own = [run for run in known if run.state == "done"]
    choices = [each for each in STARTS if each != "own" or own]
    start = st.radio(
        "Start from",
        choices,
        key="train:from",
        format_func=lambda each: STARTS[each][0],
        captions=[STARTS[each][1] for each in choices],
    )
    if start == "own":
        chosen = st.selectbox("Model", [run.name for run in own], key="train:parent")
        return str(training_runs.look(chosen).out), ""
    missing = _missing(start)
    if missing:
        st.warning(plain(missing), icon=":material/link_off:")
    return start, missing


def _missing(start: str) -> str:
    """Why a start cannot be had on this machine, and the cure; empty where it can."""
    if start == "writer":
        from slmapps.backbone import WeightsMissing, writer_loading

        try:
            writer_loading.find("writer")
        except WeightsMissing as error:
            return str(error)
    if start == "reader":
        from slmapps.backbone import WeightsMissing, find_weights

        if "train:reader" not in st.session_state:  # the check reads the whole file
            try:
                find_weights()
                st.session_state["train:reader"] = ""
            except WeightsMissing as error:
                return str(error)
    return ""


def _budget() -> _Budget:
    unit = st.segmented_control(
        "Budget", ["minutes", "tokens"], default="minutes", key="train:unit", required=True
    )
    if unit == "tokens":
        tokens = st.number_input(
            "Tokens",
            10_000,
            10_000_000_000,
            1_000_000,
            step=100_000,
            key="train:tokens",
            label_visibility="collapsed",
        )
        return _Budget(None, int(tokens))
    minutes = st.number_input(
        "Minutes", 1, 10_000, 10, step=5, key="train:minutes", label_visibility="collapsed"
    )
    return _Budget(float(minutes), None)
