"""What an application tells the suite: its desk, its pages and what a correction changes.

Design choices:

* A Desk is a description and a handful of callables. The review page, the monitor and the command
  line serve every desk through them and know none by name.
* Nothing here imports a model, a database or Streamlit: a plugin is loaded for ``slmapps --help``
  too. :func:`lazily` makes a callable out of ``"module:function"`` that imports on the first call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from slmapps.records import Correction
    from slmapps.workspace import PredictionRow, Workspace

__all__ = ["Change", "Desk", "PageSpec", "Register", "lazily"]


@dataclass(frozen=True)
class Change:
    """One open Prediction that a Correction changes, before and after; confidences within 0..1."""

    prediction_id: int
    item: str
    field: str
    before: str | None
    after: str | None
    confidence_before: float
    confidence_after: float


@dataclass(frozen=True)
class Desk:
    """One application as the suite sees it. Callables that a desk does not offer are None."""

    name: str
    """The word for commands and the database: ``invoices``."""
    title: str
    """What a person reads: ``Invoices``."""
    who: str = ""
    """Who sits there."""
    takes: str = ""
    """What goes in."""
    gives: str = ""
    """What comes out."""
    icon: str = ":material/desk:"
    fields: tuple[str, ...] = ()
    """The fields that an item is predicted in, the main one first."""
    open: bool = True
    """False while the desk is only announced."""

    samples: Callable[[Workspace], None] | None = None
    """Puts the sample client into the workspace; doing it twice changes nothing."""
    choices: Callable[[Workspace, PredictionRow], list[tuple[str, str]]] | None = None
    """The values that a person may pick for a Prediction, as ``(value, label)``."""
    free_text: Callable[[Workspace, PredictionRow], bool] | None = None
    """Whether a Prediction's value is typed, not chosen: such a one is an item by itself, and where
    its evidence is a place on a page, that is shown beside the input. Without this none is."""
    describe: Callable[[Workspace, PredictionRow], dict[str, str]] | None = None
    """The columns of the review table: supplier, text, amount, date…"""
    describe_many: Callable[[Workspace, Sequence[PredictionRow]], list[dict[str, str]]] | None = (
        None
    )
    """:attr:`describe` for many rows at once, where that is cheaper."""
    correct: Callable[[Workspace, Sequence[Correction]], list[Change]] | None = None
    """Stores the Corrections, learns from them at once and predicts the open items again."""
    preview: Callable[[Workspace, Correction], list[Change]] | None = None
    """What :attr:`correct` would change, without storing or learning."""
    undo: Callable[[Workspace, int, str], list[Change]] | None = None
    """Takes a Correction back by its id, in the name of ``who``."""
    set_budget: Callable[[Workspace, str, float, str], list[Change]] | None = None
    """Sets a client's error budget (within 0..1) in the name of ``who`` and judges anew."""
    observed: Callable[[Workspace, str], dict[str, Any]] | None = None
    """Expected and observed error, coverage and calibration of one client, for the monitor."""


@dataclass(frozen=True)
class PageSpec:
    """A page of the suite; ``render`` is ``"module:function"``, imported when it is opened."""

    title: str
    icon: str
    desk: str
    order: int
    render: str


class Register(Protocol):
    """What a hook is handed: call it once for each Desk or PageSpec."""

    def __call__(self, item: Any, /) -> None:
        """Take one item in."""


def lazily(target: str) -> Callable[..., Any]:
    """Make a callable that imports ``"module:function"`` on its first call and then calls it."""
    module, _, function = target.partition(":")

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), function)(*args, **kwargs)

    call.__name__ = call.__qualname__ = function
    return call
