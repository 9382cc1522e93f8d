"""The suite's plots, as Altair charts over plain rows; shares are within 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

__all__ = ["accuracy_by_week", "calibration", "loss", "promise", "trade"]

Rows = Sequence[dict[str, Any]]
Plot = alt.LayerChart | alt.FacetChart

_BUDGET: dict[str, Any] = {"strokeDash": [4, 3], "strokeWidth": 2, "color": "#d0555a"}
_SHARE = alt.Axis(format=".0%", grid=True)


def accuracy_by_week(weeks: Rows) -> Plot:
    """Accuracy of what people reviewed and coverage of what came in, week by week.

    ``weeks`` holds week (ISO), reviewed, right, accepted, total (counts).
    """
    frame = pd.DataFrame(list(weeks))
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "Week": frame["week"],
                    "Share": frame["right"] / frame["reviewed"].where(frame["reviewed"] > 0),
                    "Lines": frame["reviewed"],
                    "What": "Right, of the lines reviewed",
                }
            ),
            pd.DataFrame(
                {
                    "Week": frame["week"],
                    "Share": frame["accepted"] / frame["total"].where(frame["total"] > 0),
                    "Lines": frame["total"],
                    "What": "Coded without review, of all lines",
                }
            ),
        ]
    ).dropna(subset=["Share"])
    base = alt.Chart(long).encode(
        x=alt.X("Week:O", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("Share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_SHARE),
        color=alt.Color("What:N", title=None, legend=alt.Legend(orient="top", labelLimit=300)),
        tooltip=["Week", "What", alt.Tooltip("Share:Q", format=".1%"), "Lines"],
    )
    return alt.layer(
        base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=45)
    ).properties(height=250)


def calibration(bins: Rows) -> Plot:
    """How often the model was right against how sure it was; the diagonal is honesty.

    ``bins`` holds confidence, accuracy, count.
    """
    frame = pd.DataFrame(list(bins))
    diagonal = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(
        strokeDash=[5, 4], opacity=0.55
    )
    points = alt.Chart(frame).encode(
        x=alt.X(
            "confidence:Q", title="How sure it was", scale=alt.Scale(domain=[0, 1]), axis=_SHARE
        ),
        y=alt.Y(
            "accuracy:Q",
            title="How often it was right",
            scale=alt.Scale(domain=[0, 1]),
            axis=_SHARE,
        ),
    )
    return alt.layer(
        diagonal.encode(x="x:Q", y="y:Q"),
        points.mark_line(strokeWidth=2),
        points.mark_circle(opacity=0.9).encode(
            size=alt.Size("count:Q", legend=None, scale=alt.Scale(range=[30, 320])),
            tooltip=[
                alt.Tooltip("confidence:Q", format=".0%", title="sure"),
                alt.Tooltip("accuracy:Q", format=".1%", title="right"),
                alt.Tooltip("count:Q", title="lines"),
            ],
        ),
    ).properties(height=250)


def promise(expected: float | None, observed: float | None, budget: float) -> Plot:
    """The error that was promised and the error that was seen, beside the budget (all 0..1)."""
    rows = [
        {"What": "Expected", "Error": expected},
        {"What": "Observed", "Error": observed},
    ]
    frame = pd.DataFrame(rows).dropna()
    most = max([budget, *(float(each) for each in frame["Error"])]) * 1.35 or 0.01
    bars = (
        alt.Chart(frame)
        .mark_bar(height=22)
        .encode(
            y=alt.Y("What:N", title=None, sort=["Expected", "Observed"]),
            x=alt.X(
                "Error:Q",
                title=None,
                scale=alt.Scale(domain=[0, most]),
                axis=alt.Axis(format=".1%", tickCount=5),
            ),
            color=alt.Color("What:N", legend=None, sort=["Expected", "Observed"]),
            tooltip=["What", alt.Tooltip("Error:Q", format=".2%")],
        )
    )
    rule = alt.Chart(pd.DataFrame({"budget": [budget]})).mark_rule(**_BUDGET)
    return alt.layer(bars, rule.encode(x="budget:Q")).properties(height=110)


def trade(curve: Rows, budget: float) -> Plot:
    """What a budget buys: the share of lines coded without review, by errors allowed in 100.

    ``curve`` holds budget and coverage.
    """
    frame = pd.DataFrame(list(curve))
    frame["allowed"] = frame["budget"] * 100
    line = alt.Chart(frame).encode(
        x=alt.X("allowed:Q", title="Wrong lines allowed in 100"),
        y=alt.Y(
            "coverage:Q", title="Coded without review", scale=alt.Scale(domain=[0, 1]), axis=_SHARE
        ),
        tooltip=[
            alt.Tooltip("allowed:Q", title="allowed in 100"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    rule = alt.Chart(pd.DataFrame({"allowed": [budget * 100]})).mark_rule(**_BUDGET)
    return alt.layer(
        line.mark_line(strokeWidth=2),
        line.mark_point(filled=True, size=45),
        rule.encode(x="allowed:Q"),
    ).properties(height=200)


def loss(curve: pd.DataFrame, budget: int | None = None) -> Plot:
    """The loss of a training against what it has read, each step and smoothed.

    ``curve`` has tokens, loss, smoothed and held_out (nats a piece; none where it was not
    measured); ``budget`` in tokens is where the axis ends.
    """
    names = {"loss": "each step", "smoothed": "smoothed", "held_out": "held out"}
    seen = [name for name in names if curve[name].notna().any()]
    long = curve.melt("tokens", seen, "What", "Loss").dropna(subset=["Loss"])
    long["What"] = long["What"].map(names)
    low, high = curve[seen].min().min(), curve[seen].max().max()
    if len(curve) > 50:  # the first steps are so dear that they would flatten all that follow
        high = max(curve["loss"].quantile(0.97), curve["smoothed"].iloc[5:].max())
    room = (high - low) * 0.06 or 0.1
    base = alt.Chart(long).encode(
        x=alt.X(
            "tokens:Q",
            title="Tokens read",
            axis=alt.Axis(format="~s", grid=False),
            scale=alt.Scale(domain=[0, budget]) if budget else alt.Scale(zero=True),
        ),
        y=alt.Y(
            "Loss:Q",
            title="Loss, nats a piece",
            scale=alt.Scale(domain=[max(0.0, low - room), high + room], zero=False),
        ),
        color=alt.Color(
            "What:N",
            title=None,
            sort=list(names.values()),
            scale=alt.Scale(
                domain=[names[name] for name in seen],
                range=[
                    {"loss": "#9fb3ba", "smoothed": "#1f8a96", "held_out": "#c67a1e"}[name]
                    for name in seen
                ],
            ),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            alt.Tooltip("tokens:Q", format=",", title="tokens"),
            "What",
            alt.Tooltip("Loss:Q", format=".3f"),
        ],
    )
    layers = [
        base.transform_filter("datum.What == 'each step'").mark_line(
            strokeWidth=1, opacity=0.55, clip=True
        ),
        base.transform_filter("datum.What == 'smoothed'").mark_line(strokeWidth=2.5, clip=True),
        base.transform_filter("datum.What == 'held out'").mark_point(
            filled=True, size=55, clip=True
        ),
    ]
    return alt.layer(*layers).properties(height=290)
