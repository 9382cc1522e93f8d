"""Finding and loading plugins.

The built-in applications come in through the entry-point group ``slmapps`` like anyone else's.
``SLMAPPS_PLUGINS=a,b`` restricts to the named ones, and an empty value loads none. A plugin that
cannot be loaded becomes a Problem (:func:`problems`); the others go on.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from slmapps import hookspecs
from slmapps.desk import Desk, PageSpec

if TYPE_CHECKING:
    from slmapps.records import Problem

__all__ = ["call_each", "desk", "desks", "failed", "load", "pages", "problems"]

_failures: dict[str, str] = {}


@cache
def load() -> pluggy.PluginManager:
    """Load every plugin once for this process; ``load.cache_clear()`` starts afresh."""
    _failures.clear()
    manager = pluggy.PluginManager("slmapps")
    manager.add_hookspecs(hookspecs)
    wanted = os.environ.get("SLMAPPS_PLUGINS")
    names = None if wanted is None else {name.strip() for name in wanted.split(",")} - {""}
    found = {entry.name: entry for entry in entry_points(group="slmapps")}
    for name in sorted((names or set()) - set(found)):
        _failures[name] = "no installed package offers it"
    for name, entry in sorted(found.items()):
        if names is None or name in names:
            try:
                manager.register(entry.load(), name=name)
            except Exception as error:
                _failures[name] = f"{type(error).__name__}: {error}"
    return manager


def call_each(hook: str, **arguments: Any) -> None:
    """Call one hook plugin by plugin: one that fails is reported, the others are heard."""
    manager = load()
    for name, plugin in manager.list_name_plugin():
        others = [each for each in manager.get_plugins() if each is not plugin]
        try:
            manager.subset_hook_caller(hook, others)(**arguments)
        except Exception as error:
            _failures[name] = f"{type(error).__name__} in {hook}: {error}"


def desks() -> list[Desk]:
    """Every registered desk, in the order of the plugins' names."""
    found: list[Desk] = []
    call_each("register_desks", register=found.append)
    return found


def desk(name: str) -> Desk:
    """Give the desk of that name; a KeyError names those that there are."""
    known = {each.name: each for each in desks()}
    if name not in known:
        raise KeyError(f"no desk {name!r}; there are: {', '.join(known) or 'none'}")
    return known[name]


def pages() -> list[PageSpec]:
    """Every registered page, by ``order``."""
    found: list[PageSpec] = []
    call_each("register_pages", register=found.append)
    return sorted(found, key=lambda page: page.order)


def failed() -> bool:
    """Whether a plugin has failed so far; costs nothing."""
    return bool(_failures)


def problems() -> list[Problem]:
    """What could not be loaded, and how to mend it."""
    from slmapps.records import Problem

    load()
    cure = "Reinstall or remove the package, or leave it out with SLMAPPS_PLUGINS=name,name."
    return [
        Problem(code="plugin-broken", message=f"Plugin {name}: {reason}", cure=cure)
        for name, reason in _failures.items()
    ]
