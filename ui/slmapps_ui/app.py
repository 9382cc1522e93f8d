"""The script that Streamlit runs: the router over the suite's own pages and those of every desk."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from importlib import import_module

import streamlit as st

from slmapps import plugins
from slmapps.desk import PageSpec
from slmapps_ui import home, markup, monitor, review, session, train

log = logging.getLogger("slmapps_ui")


def _renderer(page: PageSpec) -> Callable[[], None]:
    module, _, function = page.render.partition(":")

    def render() -> None:
        getattr(import_module(module), function)()

    return render


def main() -> None:
    """Lay out the suite and show the page that was asked for."""
    st.set_page_config(page_title="slmapps", page_icon=":material/receipt_long:", layout="wide")
    markup.style()
    own = {
        "home": st.Page(
            home.render, title="Home", icon=":material/home:", url_path="home", default=True
        ),
        "review": st.Page(review.render, title="Review", icon=":material/rule:", url_path="review"),
        "monitor": st.Page(
            monitor.render, title="Monitor", icon=":material/monitoring:", url_path="monitor"
        ),
        "train": st.Page(
            train.render, title="Train", icon=":material/model_training:", url_path="train"
        ),
    }
    desks = {
        f"{page.desk}:{page.title.lower()}": st.Page(
            _renderer(page),
            title=page.title,
            icon=page.icon,
            url_path=page.title.lower().replace(" ", "-"),
        )
        for page in plugins.pages()
    }
    session.keep_pages(
        {**own, **desks, **{name.partition(":")[0]: page for name, page in desks.items()}}
    )
    page = st.navigation(
        {
            "": [own["home"]],
            "Desks": list(desks.values()),
            "All desks": [own["review"], own["monitor"]],
            "Models": [own["train"]],
        },
        expanded=True,
    )
    session.show_flash()
    try:
        page.run()
    except Exception as error:
        # The message may quote a document: it goes to the person, and only the place to the log.
        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        log.error("%s in %s:%s", kind, place.filename, place.lineno)  # noqa: TRY400
        st.error(
            f"This page stopped: {markup.plain(str(error) or kind)}. Reload it; nothing that was"
            " saved is lost.",
            icon=":material/error:",
        )
    with st.sidebar:
        st.text_input(
            "Signed as",
            key="who",
            max_chars=12,
            placeholder="initials",
            help="Written into the audit trail beside each correction; nowhere else.",
        )
        st.caption("Everything stays on this machine.")


main()
