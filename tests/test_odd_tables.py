"""Tables as notebooks hold them: any type of column, gaps, codes as numbers, one row too few.

Each is coded as what it means, or refused in words that say what to give instead.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from slmapps_invoices import Coder


@pytest.fixture(scope="module")
def chart() -> pd.DataFrame:
    return pd.DataFrame({"account": [5000, 6100], "name": ["Flour and grains", "Electricity"]})


@pytest.fixture(scope="module")
def past() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.date_range("2026-01-01", periods=40),
            "supplier": ["Weir Mill", "Bright Energy"] * 20,
            "text": ["rye flour", "electricity"] * 20,
            "amount": np.arange(40) + 0.5,
        }
    )


CODES = [5000, 6100] * 20


@pytest.mark.parametrize(
    "accounts",
    [
        CODES,
        [float(code) for code in CODES],
        np.array(CODES).astype(str),
        pd.Series(CODES, dtype="Int64"),
        pd.Series(CODES, index=range(7, 47)),
        pd.Series(CODES).astype("category"),
    ],
    ids=["int", "float", "numpy text", "Int64", "other index", "category"],
)
def test_codes_are_learnt_whatever_their_type(chart, past, accounts):
    coder = Coder(chart).learn(past, accounts)
    assert coder.report()["learnt"] == 40
    assert [each.value for each in coder.predict(past.head(2))] == ["5000", "6100"]


def test_gaps_among_the_codes_are_passed_over(chart, past):
    gaps = pd.Series(CODES, dtype="Int64").mask(pd.Series(CODES) == 5000)
    assert Coder(chart).learn(past, gaps).report()["learnt"] == 20
    assert Coder(chart).learn(past, gaps.astype(float)).report()["learnt"] == 20
    with_heading = pd.DataFrame({"account": [np.nan, 5000], "name": ["FOOD", "Flour"]})
    assert Coder(with_heading).values["account"] == ["5000"]


@pytest.fixture(scope="module")
def coder(chart, past) -> Coder:
    return Coder(chart).learn(past, CODES)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": [Decimal("1.50"), Decimal("NaN")]},
        {"amount": [np.inf, -np.inf]},
        {"amount": ["1,234.56", None]},
        {"date": [dt.date(2026, 1, 1), pd.NaT]},
        {"date": ["2026-03-01T00:30:00+02:00", "2026-03-02"]},
        {"date": pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin")},
        {"date": pd.period_range("2026-01", periods=2, freq="M")},
        {"supplier": pd.Categorical(["Weir Mill", "Bright Energy"])},
        {"invoice_id": [17.0, np.nan], "department": [1, 2]},
    ],
)
def test_columns_of_any_type_are_coded(coder, past, change):
    lines = past.head(2).reset_index(drop=True).assign(**change)
    assert [each.value for each in coder.predict(lines)] == ["5000", "6100"]


def test_odd_tables_are_coded_or_refused_in_words(coder, past):
    assert coder.predict(past.head(0)) == []
    assert coder.predict(pd.DataFrame()) == []
    empty = pd.DataFrame({"supplier": [None, np.nan, pd.NA], "text": ["", None, np.nan]})
    assert all(each.value is None and each.reason for each in coder.predict(empty))
    twice = pd.concat([past.head(2), past.head(2)], axis=1)
    assert [each.value for each in coder.predict(twice)] == ["5000", "6100"]
    assert coder.predict(past.head(5)) == coder.predict(past.head(5))
    for wrong in ([{"supplier": "x"}], {"supplier": ["x"]}, past.iloc[0]):
        with pytest.raises(TypeError, match=r"pandas\.DataFrame"):
            coder.predict(wrong)


def test_mistakes_of_a_caller_are_said_at_once(chart, past):
    with pytest.raises(TypeError, match="list of labels"):
        Coder(chart).learn(past.head(4), "5000")
    with pytest.raises(ValueError, match="40 lines but 2 labels for the tax_code"):
        Coder(chart).learn(past, CODES, tax_codes=["S", "S"])
    for budget in (0, 1, 5, float("nan")):
        with pytest.raises(ValueError, match="share between 0 and 1"):
            Coder(chart, budget=budget)


def test_a_coder_is_saved_to_a_path_as_text_and_a_wrong_one_is_named(coder, past, tmp_path):
    place = str(tmp_path / "Mühle 1")
    coder.save(place)
    again = Coder.load(place)
    assert [each.value for each in again.predict(past)] == [
        each.value for each in coder.predict(past)
    ]
    young = Coder(coder.chart).learn(past.head(1), ["5000"])
    young.save(place)
    assert Coder.load(place).learn(past.head(3), CODES[:3]).report()["learnt"] == 4
    with pytest.raises(FileNotFoundError, match="no coder"):
        Coder.load(str(tmp_path))
    (tmp_path / "Mühle 1" / "coder.json").write_text("{")
    with pytest.raises(ValueError, match="learn the history again"):
        Coder.load(place)
