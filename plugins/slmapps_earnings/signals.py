"""Signals for trading: one long table of all calls, and a factor that alphalens takes.

Design choices:

* A row is a call's reading of one signal in one section and role; ``all`` stands for every section
  or role. ``value`` is the level: what the call would read if it held that part alone.
* ``z`` stands on the firm's own calls that were known before this one began, never on the sample.
* ``asof_utc`` is the moment from which a row may be used (see ``asof.py``); ``event_time_utc`` is
  empty where the time of day is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from math import isnan, nan
from typing import TYPE_CHECKING, Literal

from slmapps.records import Problem, Severity
from slmapps_earnings.aggregate import group
from slmapps_earnings.asof import Span
from slmapps_earnings.comparison import Dated, past_of, z_score
from slmapps_earnings.history import placed
from slmapps_earnings.measures import Measured, measured, signals_of
from slmapps_earnings.records import ScoredCall

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "ZONE", "factor", "signals", "table"]

COLUMNS = (
    "asof_utc",
    "event_time_utc",
    "ticker",
    "fiscal_period",
    "section",
    "role",
    "signal",
    "value",
    "z",
    "n_sentences",
    "model_version",
    "transcript_sha256",
)
ZONE = "America/New_York"
ALL = "all"

_OPEN, _CLOSE = time(9, 30), time(16, 0)

_STALE = timedelta(days=7)
"""No exchange stays shut longer than this between two sessions."""

_Key = tuple[str, str, str]


def _readings(scored: ScoredCall) -> Iterator[tuple[_Key, tuple[float, int]]]:
    """Each (section, role, signal) that the call has, its level and its number of sentences."""
    for signal in signals_of(scored):
        pieces: dict[tuple[str, str], list[Measured]] = {}
        for item in measured(scored, signal):
            for section in (ALL, item.section.value):
                for role in (ALL, item.role.value):
                    pieces.setdefault((section, role), []).append(item)
        for (section, role), items in pieces.items():
            value = group(items, signal)
            if not isnan(value):
                sentences = len({item.sentence for item in items})
                yield (section, role, signal), (value, sentences)


def table(calls: Sequence[ScoredCall]) -> tuple[pd.DataFrame, list[Problem]]:
    """The long table of ``calls`` (columns :data:`COLUMNS`), and what is not in it, and why.

    Sorted by ``asof_utc``, ticker, transcript, section, role and signal. The times are UTC to the
    second.
    A firm without a ticker stands under its name.
    """
    import pandas as pd

    in_time, problems = placed(calls)
    problems += [
        Problem(
            code="no-ticker",
            message=f"the ticker is unknown; its rows stand under {scored.call.firm!r}",
            cure="give the ticker",
            severity=Severity.WARNING,
            file=scored.call.file,
        )
        for scored, _ in in_time
        if not scored.call.ticker
    ]
    firms: dict[str, list[tuple[ScoredCall, Span]]] = {}
    for scored, when in in_time:
        firms.setdefault(scored.call.firm, []).append((scored, when))
    rows = [row for held in firms.values() for row in _firm_rows(held)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("asof_utc", "event_time_utc"):
        frame[column] = pd.to_datetime(frame[column], utc=True).dt.as_unit("us")
    frame = frame.astype({"value": "float64", "z": "float64", "n_sentences": "int64"})
    order = ["asof_utc", "ticker", "transcript_sha256", "section", "role", "signal"]
    return frame.sort_values(order, ignore_index=True), problems


def signals(calls: Sequence[ScoredCall]) -> pd.DataFrame:
    """The long table of ``calls``, ready for a factor pipeline; columns :data:`COLUMNS`.

    ``table`` gives the same with the calls that had to be left out.
    """
    return table(calls)[0]


def _firm_rows(held: Sequence[tuple[ScoredCall, Span]]) -> Iterator[tuple[object, ...]]:
    readings = {scored.call.sha256: dict(_readings(scored)) for scored, _ in held}
    places = [Dated(when.start, when.known, nan, key=scored.call.sha256) for scored, when in held]
    for (scored, when), place in zip(held, places, strict=True):
        call = scored.call
        past = [readings[each.key] for each in past_of(place, places)]
        for key, (value, sentences) in readings[call.sha256].items():
            section, role, signal = key
            yield (
                when.known,
                when.start if when.exact else None,
                call.firm,
                call.fiscal_period,
                section,
                role,
                signal,
                value,
                z_score(value, [each[key][0] for each in past if key in each]),
                sentences,
                scored.model_version,
                call.sha256,
            )


def factor(
    frame: pd.DataFrame,
    signal: str,
    *,
    field: Literal["value", "z"] = "value",
    section: str = ALL,
    role: str = ALL,
    sessions: pd.DatetimeIndex | None = None,
    at: Literal["close", "open"] = "close",
    hold: int = 0,
    zone: str = ZONE,
) -> pd.Series[float]:
    """One signal as ``alphalens.utils.get_clean_factor_and_forward_returns`` takes it.

    The index is (date, asset), the date that of the first session at whose ``close`` (or ``open``)
    in ``zone`` the row was known: hand alphalens the prices of that moment. An after-close call
    lands on the next session. Two calls of a firm on one date: the later known stands.

    ``sessions`` are the dates traded, ``prices.index`` as a rule, and their time zone is that of
    the result; without them every weekday is one. ``hold`` carries a reading forward for so many
    sessions, for calls are rare and quantiles need several firms a date.
    """
    import pandas as pd

    rows = frame[
        (frame["signal"] == signal)
        & (frame["section"] == section)
        & (frame["role"] == role)
        & frame[field].notna()
        & frame["asof_utc"].notna()
    ].sort_values("asof_utc", kind="stable")
    known = pd.to_datetime(rows["asof_utc"], utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    if sessions is None:
        last = known.max() if len(known) else pd.Timestamp("2000-01-03")
        first = known.min() if len(known) else last
        days = pd.bdate_range(first.normalize(), last.normalize() + pd.offsets.BDay(hold + 2))
        labels = days
    else:
        labels = pd.DatetimeIndex(sessions).unique().sort_values()
        days = labels.tz_localize(None).normalize()
    clock = _CLOSE if at == "close" else _OPEN
    moments = days + pd.Timedelta(hours=clock.hour, minutes=clock.minute)
    places = moments.searchsorted(known.to_numpy(), side="left")
    held: dict[tuple[pd.Timestamp, str], float] = {}
    for moment, place, asset, value in zip(known, places, rows["ticker"], rows[field], strict=True):
        if place == 0 and len(moments) and moment < moments[0] - _STALE:
            continue  # known long before the first session: no news there
        for step in range(hold + 1):  # a later call's reading writes over an older one's
            if place + step < len(labels):
                held[labels[place + step], str(asset)] = float(value)
    index = pd.MultiIndex.from_tuples(list(held), names=["date", "asset"])
    if not held:
        index = pd.MultiIndex.from_arrays([labels[:0], []], names=["date", "asset"])
    return pd.Series(list(held.values()), index=index, name=signal, dtype="float64").sort_index()
