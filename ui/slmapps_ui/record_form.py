"""A form for some fields of a pydantic record, checked by the record itself before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel, ValidationError

from slmapps_ui.markup import plain

__all__ = ["record_form"]


def _at(values: Mapping[str, Any], path: str) -> Any:
    for part in path.split("."):
        values = values[part]
    return values


def _put(values: dict[str, Any], path: str, value: str | None) -> None:
    *parents, last = path.split(".")
    for part in parents:
        values = values.setdefault(part, {})
    values[last] = value


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def record_form(
    record: BaseModel, fields: Mapping[str, str], *, stored: Mapping[str, Any], key: str
) -> dict[str, Any] | None:
    """Draw a text field for each of ``fields`` (dotted path: label), two in a row.

    Gives ``stored`` with the new values once they were submitted and the record takes them, else
    None; what is wrong is said beside the form.
    """
    values = record.model_dump(mode="json")
    before = {path: _at(values, path) for path in fields}
    with st.form(key, border=False):
        columns = st.columns(2)
        given = {
            path: columns[place % 2].text_input(label, _shown(before[path]), key=f"{key}:{path}")
            for place, (path, label) in enumerate(fields.items())
        }
        if not st.form_submit_button("Keep", icon=":material/save:"):
            return None
    said = {
        path: None if before[path] is None and not value.strip() else value.strip()
        for path, value in given.items()
    }
    for path, value in said.items():
        _put(values, path, value)
    try:
        type(record).model_validate(values)
    except ValidationError as error:
        for each in error.errors():
            path = ".".join(str(part) for part in each["loc"])
            st.error(f"{plain(fields.get(path, path))}: {plain(each['msg'])}")
        return None
    kept: dict[str, Any] = {**stored}
    for path, value in said.items():
        parent = path.partition(".")[0]
        if isinstance(stored.get(parent), Mapping):
            kept[parent] = dict(kept[parent])
        _put(kept, path, value)
    return kept
