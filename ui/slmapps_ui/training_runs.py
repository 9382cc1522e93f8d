"""Trainings as processes of their own: begun from a page, they outlive it.

Two folders belong to a run called NAME. ``models/NAME`` is the training's: its log, its
checkpoints, in the end the model. ``training/NAME`` is the page's: what was asked for, the
process, what it said, and the text that was uploaded. Nothing is held in memory, so that any page
of any server finds every run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from slmapps import places
from slmapps_ui.uploads import safe_name

__all__ = [
    "SIZES",
    "Order",
    "Run",
    "State",
    "begin",
    "delete",
    "free_name",
    "resume",
    "runs",
    "stop",
]

SIZES = ("1M", "3M", "6M", "10M", "16M", "30M", "60M", "100M")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
# A server that was put into the background by a shell ignores the interrupt, and so would all
# that it starts; a training has to hear it, for it writes a checkpoint then. The page goes first.
_PROGRAM = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
os.nice(5)
from slmapps.cli import main
main()
"""

State = Literal["preparing", "running", "finishing", "stopped", "failed", "done"]


@dataclass(frozen=True)
class Order:
    """What a person asked for; ``minutes`` or ``tokens`` is the budget, ``size`` goes with random.

    ``corpus`` names files and folders on this machine, besides what is uploaded.
    """

    name: str
    corpus: tuple[str, ...]
    start: str
    size: str | None
    minutes: float | None
    tokens: int | None
    seed: int = 0
    threads: int = 1

    def arguments(self, out: Path) -> list[str]:
        """The arguments of ``slmapps`` that train this into ``out``."""
        budget = f"{self.tokens}tok" if self.tokens is not None else f"{self.minutes:g}min"
        size = ["--size", self.size] if self.size is not None else []
        asked = ["--from", self.start, *size, "--budget", budget, "--seed", str(self.seed)]
        return ["pretrain", "--out", str(out), *asked, "--", *self.corpus]


@dataclass(frozen=True)
class Run:
    """One training, as its two folders tell of it at this moment."""

    name: str
    order: Order | None
    facts: dict[str, Any]
    process: int | None
    said: str
    whole: bool

    @property
    def out(self) -> Path:
        """Where the model is, or will be."""
        return _models() / self.name

    @property
    def log(self) -> Path:
        """A line of JSON for each step."""
        return self.out / "log.jsonl"

    @property
    def alive(self) -> bool:
        """Whether a process is at work on it."""
        return self.process is not None

    @property
    def state(self) -> State:
        """Where it stands."""
        status = self.facts.get("status")
        if status == "done" or (self.whole and not self.alive and status != "running"):
            return "done"
        if self.alive:
            return (
                "finishing"
                if status == "trained"
                else "running"
                if status == "running" and self.log.exists()
                else "preparing"
            )
        if status == "failed" or (self.complaint and status is None):
            return "failed"
        return "stopped"

    @property
    def complaint(self) -> str:
        """The error that the process ended with; empty where there was none."""
        found = re.findall(r"^(?:Error|[\w.]*(?:Error|Exception)): (.+)$", self.said, re.MULTILINE)
        return "" if not found or found[-1].startswith("interrupted;") else found[-1]

    @property
    def stage(self) -> str:
        """The last thing that the process said it was doing."""
        lines = [line for line in self.said.splitlines() if line.endswith(" …")]
        return lines[-1].removesuffix(" …") if lines else "Starting"

    @property
    def card(self) -> str:
        """The model's card, to stand within a page: no front matter, no pictures, low headings."""
        try:
            text = (self.out / "README.md").read_text("utf-8")
        except OSError:
            return ""
        text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
        text = re.sub(r"!\[[^\]]*\]\([^)]*\)\n*", "", text)
        return re.sub(r"^(#{1,2}) ", r"###\1 ", text, flags=re.MULTILINE).strip()

    @property
    def begun(self) -> float:
        """When it was begun, in seconds since 1970."""
        for place in (_pages() / self.name / "order.json", self.out / "config.json", self.out):
            if place.exists():
                return place.stat().st_mtime
        return 0.0


def _models() -> Path:
    return places.home() / "models"


def _pages() -> Path:
    return places.home() / "training"


def runs() -> list[Run]:
    """Every run on this machine, the newest first; models that were trained elsewhere too."""
    names = {
        each.name
        for folder in (_models(), _pages())
        if folder.is_dir()
        for each in folder.iterdir()
        if each.is_dir() and _NAME.fullmatch(each.name) and not each.name.endswith(".partial")
    }
    return sorted((look(name) for name in names), key=lambda run: (-run.begun, run.name))


def look(name: str) -> Run:
    """Give the run of that name as it stands now."""
    out, own = _models() / name, _pages() / name
    told = _json(own / "order.json")
    order = Order(**{**told, "corpus": tuple(told["corpus"])}) if told else None
    facts = _json(out / "run.json")
    # Whoever began it on the command line left the process in run.json alone.
    process = _json(own / "process.json").get("process")
    if process is None and facts.get("status") in ("running", "trained"):
        process = facts.get("process")
    over = facts.get("status") == "done"  # all is written, though the process may still tidy up
    alive = isinstance(process, int) and not over and _alive(process, out)
    whole = (out / "config.json").is_file() and any(out.glob("*.safetensors"))
    return Run(name, order, facts, process if alive else None, _tail(own / "output.txt"), whole)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _tail(path: Path, size: int = 6000) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _alive(process: int, out: Path) -> bool:
    """Whether ``process`` runs and is still the one that trains into ``out``."""
    with suppress(OSError):
        os.waitpid(process, os.WNOHANG)  # a child of this server that ended leaves its number
    try:
        os.kill(process, 0)
    except (ProcessLookupError, PermissionError):
        return False
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
    # The name of the folder alone: whoever began it by hand may have named it from elsewhere.
    return out.name.encode() in command and b"pretrain" in command


def free_name() -> str:
    """A name that no run has yet."""
    taken = {run.name for run in runs()}
    number = 1
    while f"model-{number}" in taken:
        number += 1
    return f"model-{number}"


def begin(order: Order, files: Sequence[tuple[str, bytes]] = (), licence: str = "") -> list[str]:
    """Start what was ordered, or go on with it; gives what stands in the way, nothing if started.

    Args:
        order: its ``corpus`` may be empty where there are ``files``.
        files: (name, bytes) of uploads, kept beside the run so that it can be resumed.
        licence: what the uploads are under, for the model's card.
    """
    if problems := _problems(order, files):
        return problems
    own = _pages() / order.name
    if files:
        shelf = own / "corpus"
        shutil.rmtree(shelf, ignore_errors=True)
        shelf.mkdir(parents=True)
        for number, (name, data) in enumerate(files, 1):
            place = shelf / safe_name(name)
            if place.exists():
                place = shelf / f"{number}-{safe_name(name)}"
            place.write_bytes(data)
        if licence:
            manifest = json.dumps({"licence": licence})
            (shelf / "manifest.json").write_text(manifest, "utf-8")
        order = Order(**{**asdict(order), "corpus": (*order.corpus, str(shelf))})
    own.mkdir(parents=True, exist_ok=True)
    (own / "order.json").write_text(json.dumps(asdict(order), indent=1), "utf-8")
    _start(order, resume=False)
    return []


def resume(name: str) -> None:
    """Go on with a run that stopped, from its last checkpoint."""
    run = look(name)  # as it is now: another tab may have been quicker
    if run.order is not None and not run.alive:
        _start(run.order, resume=True)


def _problems(order: Order, files: Sequence[tuple[str, bytes]]) -> list[str]:
    problems = []
    if not _NAME.fullmatch(order.name):
        problems.append(
            "A name has up to 40 letters, digits, dots, dashes and underscores, and begins with a"
            " letter or digit."
        )
    elif (_models() / order.name).exists() or (_pages() / order.name).exists():
        problems.append(f"There is a model called {order.name} already: give another name.")
    if not order.corpus and not files:
        problems.append("There is no text yet: put in files, or name a folder.")
    for path in order.corpus:
        place = Path(path).expanduser()
        if not place.exists() and not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", path):
            problems.append(f"{path} is not on this machine: check the path.")
    if not (order.minutes or order.tokens):
        problems.append("The budget must be more than nothing.")
    if any(not data for _, data in files):
        problems.append("One of the files is empty: leave it out.")
    return problems


def _start(order: Order, *, resume: bool) -> None:
    own, out = _pages() / order.name, _models() / order.name
    out.parent.mkdir(parents=True, exist_ok=True)
    arguments = order.arguments(out)
    if resume:
        arguments[1:1] = ["--resume"]
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    with (own / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the page's end, and the terminal's, is not its own
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "OMP_NUM_THREADS": str(order.threads),
            },
        )
    kept = {"process": process.pid, "started": time.time()}
    (own / "process.json").write_text(json.dumps(kept), "utf-8")


def stop(name: str) -> None:
    """Ask the process to write a checkpoint and end; it takes as long as a step does."""
    run = look(name)
    if run.process is not None:
        os.kill(run.process, signal.SIGINT)


def delete(name: str) -> None:
    """Delete the model, its run and the text that was uploaded for it; not while it is trained."""
    if not look(name).alive:
        for folder in (_models(), _pages()):
            shutil.rmtree(folder / name, ignore_errors=True)
