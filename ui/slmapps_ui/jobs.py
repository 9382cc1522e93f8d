"""Long work beside the page: a worker thread whose progress a fragment polls.

A job is found by its key from every session of the process, so a page that is opened again, or in a
second tab, shows the work that is going on. At most one job of a key runs at a time. A job is
stopped where it reports progress, between two things that are each saved whole.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from slmapps_ui.markup import escape, plain, write

__all__ = ["Job", "Progress", "current", "forget", "show", "start"]

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called by the work with what is done, the total, and a word on what is being done."""


@dataclass
class Job:
    """One piece of work; ``result`` is set when it is finished and ``error`` when it failed."""

    key: str
    title: str
    done: int = 0
    total: int = 0
    label: str = ""
    result: Any = None
    error: str = ""
    finished: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much is done, within 0..1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class _Stopped(Exception):  # noqa: N818 - a person's wish is no error
    """The person who waits has had enough."""


_jobs: dict[str, Job] = {}
_lock = threading.Lock()


def start(key: str, title: str, work: Callable[[Progress], Any]) -> Job:
    """Run ``work(progress)`` in a thread, or give the job of that key that is still running."""
    with _lock:
        running = _jobs.get(key)
        if running is not None and not running.finished.is_set():
            return running
        job = _jobs[key] = Job(key, title)

    def progress(done: int, total: int, label: str = "") -> None:
        job.done, job.total, job.label = done, total, label
        if job.stopping.is_set() and done < total:
            raise _Stopped

    def run() -> None:
        try:
            job.result = work(progress)
        except _Stopped:
            job.error = f"after {job.done:,} of {job.total:,}; what was done is saved"
        except Exception as error:
            # The text goes to the page; the log gets the kind of the error alone, because a message
            # may quote a document, and no name of a person belongs in a log.
            job.error = str(error) or type(error).__name__
            log.error("a job failed: %s", type(error).__name__)  # noqa: TRY400 - see above
        finally:
            job.finished.set()

    threading.Thread(target=run, name=f"job {title}", daemon=True).start()
    return job


def current(key: str) -> Job | None:
    """Give the job of that key, running or finished and not yet forgotten."""
    return _jobs.get(key)


def forget(key: str) -> None:
    """Drop a finished job, so that its outcome is shown once."""
    with _lock:
        if (job := _jobs.get(key)) is not None and job.finished.is_set():
            del _jobs[key]


@st.fragment(run_every=0.4)
def _bar(key: str) -> None:
    job = current(key)
    if job is None:
        return
    if job.finished.is_set():
        st.rerun()
    if not job.total:
        write(
            f'<div class="sl-small">{escape(job.title)} …</div><div class="sl-busy"><i></i></div>'
        )
        return
    label = f" · {plain(job.label)}" if job.label else ""
    bar, stop = st.columns([0.92, 0.08], vertical_alignment="center")
    bar.progress(job.share, text=f"{plain(job.title)} · {job.done:,} of {job.total:,}{label}")
    stop.button("Stop", key=f"{key}:stop", on_click=job.stopping.set)


def show(key: str) -> Job | None:
    """Draw the bar of a running job; give the job back once it is finished, else None."""
    job = current(key)
    if job is None:
        return None
    if not job.finished.is_set():
        _bar(key)
        return None
    return job
