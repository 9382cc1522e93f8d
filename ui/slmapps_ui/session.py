"""What a page knows while somebody sits before it: the workspace, the client, who is working.

The workspace is opened once for the process under a lock, not with ``st.cache_resource``, which can
run twice when two browser tabs ask for the first time together. Everything that belongs to a client
is kept in ``st.session_state`` under a key that names the client, so that two clients never mix.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import streamlit as st

from slmapps import places, plugins

if TYPE_CHECKING:
    from slmapps.desk import Desk
    from slmapps.workspace import Workspace

__all__ = [
    "client_of",
    "desk_of",
    "flash",
    "go",
    "keep_pages",
    "kept",
    "open_desks",
    "pick_client",
    "show_flash",
    "title_of",
    "who",
    "workspace",
]

_workspaces: dict[tuple[str, str], Workspace] = {}
_lock = threading.Lock()


def workspace() -> Workspace:
    """The workspace that the environment names, opened once for this process."""
    from slmapps.workspace import Workspace

    place = (os.environ.get("SLMAPPS_DATABASE_URL", ""), str(places.home()))
    with _lock:
        if place not in _workspaces:
            _workspaces[place] = Workspace.open()
        return _workspaces[place]


def open_desks() -> list[Desk]:
    """The desks at which work can be done today."""
    return [desk for desk in plugins.desks() if desk.open]


def desk_of(name: str) -> Desk:
    """Give the desk of that name."""
    return plugins.desk(name)


def who() -> str:
    """Who signs what is done here: the initials typed in the sidebar, for the audit trail alone."""
    return str(st.session_state.get("who") or "").strip() or "desk"


def kept(key: str, default: Any) -> Any:
    """Give the session's value under ``key``, which starts as ``default``."""
    return st.session_state.setdefault(key, default)


def client_of(desk: str) -> str | None:
    """The client last chosen at that desk, if it is still there, else the first one."""
    clients = workspace().clients(desk)
    chosen = st.session_state.get(f"{desk}:client")
    return chosen if chosen in clients else next(iter(clients), None)


def title_of(desk: str, client: str) -> str:
    """What people call a client."""
    return workspace().client_title(desk, client) or client


def pick_client(desk: str) -> str | None:
    """The sidebar's choice of client at that desk; None while there is no client."""
    clients = workspace().clients(desk)
    if not clients:
        return None
    current = client_of(desk)
    widget = f"{desk}:client:widget"
    if st.session_state.get(widget) not in clients:
        st.session_state[widget] = current

    def choose() -> None:
        st.session_state[f"{desk}:client"] = st.session_state[widget]

    st.sidebar.selectbox(
        "Client",
        clients,
        key=widget,
        on_change=choose,
        format_func=lambda client: title_of(desk, client),
    )
    return client_of(desk)


def flash(text: str, icon: str = ":material/check:") -> None:
    """Say something once, on the next run of whatever page comes."""
    st.session_state["flash"] = (text, icon)


def show_flash() -> None:
    """Show what :func:`flash` was given, once."""
    if said := st.session_state.pop("flash", None):
        text, icon = said
        st.toast(text, icon=icon)


def keep_pages(pages: dict[str, Any]) -> None:
    """Remember the router's pages by name, so that a button can lead to one (:func:`go`)."""
    st.session_state["pages"] = pages


def go(page: str) -> None:
    """Leave for another page of the suite by its name; stay where there is no router."""
    if target := st.session_state.get("pages", {}).get(page):
        st.switch_page(target)
