"""The coder: codes from the first line, learns from each, and says what it rests on."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from slmapps.records import EvidenceKind, Status
from slmapps_invoices import Coder
from slmapps_invoices.coding.sellers import is_redacted, seller_key

CHART = pd.DataFrame(
    {
        "account": ["100", "110", "120", "130", "190"],
        "name": [
            "Electricity",
            "Stationery and office supplies",
            "Agency staff",
            "Vehicle fuel",
            "Do not use - Postage",
        ],
    }
)


def line(supplier: str, text: str = "", amount: str = "10.00", **more: str) -> dict[str, str]:
    return {"date": "2026-03-02", "supplier": supplier, "text": text, "amount": amount, **more}


def frame(*lines: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(lines))


@pytest.fixture(scope="module")
def booked() -> tuple[pd.DataFrame, list[str]]:
    """Three sellers booked to one account each, and one whose account depends on the text."""
    rng = np.random.default_rng(0)
    kinds = [
        ("Brightwater Power Ltd", "electricity supply", "100"),
        ("Quillfeather Papers", "printer paper and pens", "110"),
        ("Swiftlane Recruitment", "temporary cook, week", "120"),
        ("Copperhill Stores", "diesel for the van", "130"),
        ("Copperhill Stores", "envelopes and folders", "110"),
    ]
    picks = rng.integers(0, len(kinds), 300)
    rows = [
        line(kinds[k][0], f"{kinds[k][1]} {i}", f"{rng.uniform(5, 300):.2f}")
        for i, k in enumerate(picks)
    ]
    return frame(*rows), [kinds[k][2] for k in picks]


def test_codes_from_the_names_of_the_chart_alone() -> None:
    [said] = Coder(CHART).predict(frame(line("Northern Electricity", "electricity bill")))
    assert said.value == "100"
    assert len(said.alternatives) == 2
    assert said.status == Status.REVIEW


def test_one_correction_is_felt_in_the_next_prediction_of_that_seller() -> None:
    coder = Coder(CHART)
    first = frame(line("Marrowstone Holdings"))
    before = coder.predict(first)[0]
    right = "130" if before.value != "130" else "120"
    coder.learn(first, [right])
    after = coder.predict(frame(line("MARROWSTONE HOLDINGS LTD", amount="99.00")))[0]
    assert after.value == right
    assert any(e.kind == EvidenceKind.PAST_CASE for e in after.evidence)


def test_the_text_decides_where_one_seller_goes_to_two_accounts(
    booked: tuple[pd.DataFrame, list[str]],
) -> None:
    coder = Coder(CHART).learn(*booked)
    fuel, paper = coder.predict(
        frame(
            line("Copperhill Stores", "diesel for the van", amount="40.00"),
            line("Copperhill Stores", "envelopes and folders", amount="40.00"),
        )
    )
    assert (fuel.value, paper.value) == ("130", "110")
    assert any(e.kind == EvidenceKind.WORDS for e in fuel.evidence)


def test_never_suggests_a_retired_account_or_one_outside_the_chart(
    booked: tuple[pd.DataFrame, list[str]],
) -> None:
    coder = Coder(CHART).learn(*booked)
    post = frame(line("Parcel Post", "postage stamps"))
    coder.learn(post, ["190"]).learn(post, ["999"])
    [said] = coder.predict(post)
    named = {said.value, *(a.value for a in said.alternatives)}
    assert not named & {"190", "999"}


def test_a_chart_of_retired_accounts_only_is_refused_with_the_reason() -> None:
    chart = pd.DataFrame({"account": ["1"], "name": ["Fuel"], "retired": [True]})
    [said] = Coder(chart).predict(frame(line("Any Seller", "diesel")))
    assert (said.value, said.status) == (None, Status.REFUSED)
    assert "retired" in said.reason


def test_a_line_that_says_nothing_is_refused_with_the_reason() -> None:
    [said] = Coder(CHART).predict(frame(line("", "")))
    assert said.value is None
    assert "neither a supplier nor" in said.reason


def test_a_redacted_payee_is_nobody() -> None:
    assert is_redacted("REDACTED PERSONAL DATA")
    assert seller_key("REDACTED - PERSONAL DATA") is None
    coder = Coder(CHART)
    for _ in range(3):
        coder.learn(frame(line("REDACTED PERSONAL DATA", amount="5.00")), ["130"])
    said = coder.predict(frame(line("REDACTED PERSONAL DATA", "electricity", amount="80.00")))[0]
    assert not any("reviewed lines of this supplier" in e.text for e in said.evidence)


def test_spellings_of_one_seller_have_one_key() -> None:
    keys = {seller_key(n) for n in ("NPOWER LTD", "Npower Limited", "npower ltd.")}
    assert keys == {"npower"}
    assert seller_key("Amazon.co.uk*8M8N96VR5") == seller_key("AMAZON")


def test_accepts_only_what_the_reviewed_history_supports(
    booked: tuple[pd.DataFrame, list[str]],
) -> None:
    coder = Coder(CHART, budget=0.05)
    probe = frame(line("Brightwater Power Ltd", "electricity supply 9"))
    assert coder.predict(probe)[0].status == Status.REVIEW
    coder.learn(*booked)
    report = coder.report()
    assert report["n"] >= 100
    assert report["observed_error"] <= 0.05
    assert coder.predict(probe)[0].status == Status.ACCEPTED
    coder.set_budget(0.0005)
    assert coder.predict(probe)[0].status == Status.REVIEW


def test_a_stale_history_accepts_nothing(booked: tuple[pd.DataFrame, list[str]]) -> None:
    coder = Coder(CHART, budget=0.05).learn(*booked)
    late = frame(line("Brightwater Power Ltd", "electricity supply 9") | {"date": "2029-01-05"})
    [said] = coder.predict(late)
    assert said.status == Status.REVIEW
    assert "over a year" in said.reason


def test_tax_codes_and_cost_centres_are_learnt_beside_the_account(
    booked: tuple[pd.DataFrame, list[str]],
) -> None:
    lines, accounts = booked
    tax = ["Z" if account == "110" else "S" for account in accounts]
    coder = Coder(CHART).learn(lines, accounts, tax_codes=tax)
    [said] = coder.predict_all(frame(line("Quillfeather Papers", "printer paper and pens 7")))
    assert said["tax_code"].value == "Z"
    assert "cost_centre" not in said


def test_what_is_saved_predicts_the_same(
    booked: tuple[pd.DataFrame, list[str]], tmp_path: Path
) -> None:
    coder = Coder(CHART).learn(*booked)
    probe = frame(line("Copperhill Stores", "folders"), line("Unknown Trader", "fuel card"))
    coder.save(tmp_path)
    again = Coder.load(tmp_path)
    for one, two in zip(coder.predict(probe), again.predict(probe), strict=True):
        assert one.value == two.value
        assert one.confidence == pytest.approx(two.confidence, abs=1e-5)
    assert not list(tmp_path.glob("*.pkl"))


def test_a_copy_learns_without_changing_the_original(
    booked: tuple[pd.DataFrame, list[str]],
) -> None:
    coder = Coder(CHART).learn(*booked)
    probe = frame(line("Brightwater Power Ltd", "electricity supply 1"))
    before = coder.predict(probe)[0]
    other = copy.deepcopy(coder)
    for _ in range(6):
        other.learn(probe, ["130"])
    assert other.predict(probe)[0].value == "130"
    assert coder.predict(probe)[0] == before


def test_the_same_history_gives_the_same_coder(booked: tuple[pd.DataFrame, list[str]]) -> None:
    probe = frame(line("Copperhill Stores", "diesel"), line("Somebody Else", "pens"))
    one, two = (Coder(CHART).learn(*booked).predict(probe) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("chart", "cure"),
    [
        (pd.DataFrame({"name": ["a"]}), "column 'account'"),
        (pd.DataFrame({"account": ["1", "1"], "name": ["a", "b"]}), "twice"),
    ],
)
def test_an_unusable_chart_is_refused_with_the_cure(chart: pd.DataFrame, cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        Coder(chart)


def test_missing_columns_and_odd_cells_are_missing_values() -> None:
    coder = Coder(CHART)
    odd = pd.DataFrame({"supplier": ["Fuel Depot", None], "amount": ["n/a", "1e3"]})
    coder.learn(odd, ["130", "130"])
    said = coder.predict(odd)
    assert said[0].value == "130"
    assert said[1].status == Status.REFUSED
