"""The box in which a model is tried: a beginning in, what the model makes of it out."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import streamlit as st

from slmapps_ui.markup import escape, plain

__all__ = ["try_box"]

_loaded: dict[Path, tuple[float, Any]] = {}
_lock = threading.Lock()


def _writer(folder: Path) -> Any:
    """The model in ``folder``, loaded once; the last one alone is kept in memory."""
    from slmapps.backbone import load_writer

    made = max(path.stat().st_mtime for path in folder.glob("*.safetensors"))
    with _lock:
        if _loaded.get(folder, (0.0, None))[0] != made:
            _loaded.clear()
            _loaded[folder] = (made, load_writer(folder))
        return _loaded[folder][1]


def _writes(folder: Path) -> bool:
    """Whether the suite can serve it: a decoder of the Llama class."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "LlamaForCausalLM" in (config.get("architectures") or [])


@st.fragment  # while it writes, the rest of the page stays as it is
def try_box(folder: Path) -> None:
    """Draw the box for the model in ``folder``."""
    st.subheader("Try it", anchor=False)
    if not _writes(folder):
        st.caption(
            "The suite itself serves writers of the Llama class alone. Load this model with"
            " transformers: its folder stands below."
        )
        return
    key = f"try:{folder.name}"
    prompt = st.text_area(
        "How does it begin?",
        key=f"{key}:prompt",
        height=72,
        placeholder="A few words in the manner of your text",
    )
    left, middle, right, last = st.columns([0.26, 0.3, 0.2, 0.24], vertical_alignment="bottom")
    tokens = left.number_input("Tokens", 1, 1000, 120, step=20, key=f"{key}:tokens")
    temperature = middle.slider(
        "Boldness", 0.0, 1.5, 0.9, 0.1, key=f"{key}:heat", help="The temperature; 0 is likeliest."
    )
    seed = right.number_input("Seed", 0, 2**31 - 1, 0, key=f"{key}:seed")
    asked = last.button(
        "Write", icon=":material/edit_note:", key=f"{key}:go", shortcut="w", width="stretch"
    )
    place = st.empty()
    if asked:
        written = ""
        try:
            with st.spinner("Loading the model …"):
                writer = _writer(folder)
            for part in writer.stream(
                prompt, max_tokens=int(tokens), temperature=temperature, seed=int(seed)
            ):
                written += part
                place.html(_shown(prompt, written))
        except Exception as error:
            place.error(
                f"The model cannot write: {plain(str(error) or type(error).__name__)}",
                icon=":material/error:",
            )
            return
        st.session_state[f"{key}:written"] = (prompt, written)
    if f"{key}:written" in st.session_state:
        place.html(_shown(*st.session_state[f"{key}:written"]))


def _shown(prompt: str, written: str) -> str:
    return (
        f'<div class="sl-written"><span class="sl-soft">{escape(prompt)}</span>'
        f"{escape(written)}</div>"
    )
