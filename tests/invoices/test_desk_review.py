"""What a person says is learnt at once, shows what it changes, and can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from slmapps.records import Correction, EvidenceKind, Status
from slmapps.workspace import Workspace
from slmapps_invoices import client_desk, desk, predicted
from tests.invoices.bills import CHART, CLIENT, bill, written

GRIT = "Burr dressing Q7"  # says nothing that the name of an account says


@pytest.fixture
def charted(workspace: Workspace) -> Workspace:
    desk.import_chart(workspace, CLIENT, CHART)
    return workspace


@pytest.fixture
def take(charted: Workspace, tmp_path: Path):
    """Put bills in; gives the record ids."""

    def _take(*bills: bytes) -> list[int]:
        results = desk.process_files(charted, CLIENT, written(tmp_path / "inbox", *bills))
        return [result.record_id for result in results]

    return _take


def account_of(workspace: Workspace, record_id: int, line: int = 0):
    """The newest prediction of a line's account."""
    rows = workspace.predictions(record_id=record_id, field="account", open_only=False)
    [row] = [row for row in rows if row.superseded_by is None and row.item == f"lines[{line}]"]
    return row


def right(row, value: str, who: str = "ada") -> Correction:
    return Correction(prediction_id=row.id, field="account", value=value, who=who)


def state(workspace: Workspace) -> tuple:
    return (
        workspace.predictions(open_only=False),
        workspace.corrections(live_only=False),
        workspace.audit(1000),
    )


def test_a_correction_is_felt_by_the_open_lines_like_it_and_by_the_next_one(
    charted: Workspace, take
) -> None:
    first, second, other = take(
        bill("G-1", (GRIT, "80.00"), seller="Millstone Dressers"),
        bill("G-2", (GRIT, "95.00"), seller="MILLSTONE DRESSERS LTD"),
        bill("E-1", ("Electricity February", "40.00"), seller="Cove Energy"),
    )
    before = account_of(charted, other).prediction.value
    wanted = next(a for a in ("6200", "6400") if a != account_of(charted, second).prediction.value)
    for _ in range(2):
        changes = desk.correct(charted, [right(account_of(charted, first), wanted)])
    assert account_of(charted, second).prediction.value == wanted
    assert account_of(charted, other).prediction.value == before
    assert all(change.before != change.after or change.field for change in changes)
    [third] = take(bill("G-3", (GRIT, "70.00"), seller="Millstone Dressers"))
    assert account_of(charted, third).prediction.value == wanted


def test_what_changed_is_told_and_the_older_prediction_is_kept(charted: Workspace, take) -> None:
    first, second = take(
        *[bill(f"G-{n}", (GRIT, "80.00"), seller="Millstone Dressers") for n in "12"]
    )
    old = account_of(charted, second)
    wanted = next(a for a in ("6200", "6400") if a != old.prediction.value)
    changes = desk.correct(charted, [right(account_of(charted, first), wanted)])
    new = account_of(charted, second)
    told = [change for change in changes if change.prediction_id == new.id]
    assert [(change.before, change.after) for change in told] == [(old.prediction.value, wanted)]
    assert charted.prediction(old.id).superseded_by == new.id


def test_preview_tells_what_correcting_would_change_and_changes_nothing(
    charted: Workspace, take
) -> None:
    first, _ = take(*[bill(f"G-{n}", (GRIT, "80.00"), seller="Millstone Dressers") for n in "12"])
    row = account_of(charted, first)
    wanted = next(a for a in ("6200", "6400") if a != row.prediction.value)
    before = state(charted)
    told = desk.preview(charted, right(row, wanted))
    assert desk.preview(charted, right(row, wanted)) == told
    assert state(charted) == before
    done = desk.correct(charted, [right(row, wanted)])
    assert [(c.item, c.before, c.after) for c in told] == [
        (c.item, c.before, c.after) for c in done
    ]
    assert told


def test_undo_brings_back_what_was_said_before(charted: Workspace, take) -> None:
    first, second = take(
        *[bill(f"G-{n}", (GRIT, "80.00"), seller="Millstone Dressers") for n in "12"]
    )
    before = [account_of(charted, each).prediction for each in (first, second)]
    wanted = next(a for a in ("6200", "6400") if a != before[0].value)
    desk.correct(charted, [right(account_of(charted, first), wanted)])
    [correction] = charted.corrections("invoices", CLIENT)
    changes = desk.undo(charted, correction.id, "ben")
    assert changes
    after = [account_of(charted, each).prediction for each in (first, second)]
    assert [each.value for each in after] == [each.value for each in before]
    assert [each.confidence for each in after] == pytest.approx(
        [each.confidence for each in before], abs=predicted.NOTICED
    )
    assert charted.corrections("invoices", CLIENT) == []


def test_nothing_is_learnt_from_a_guess_that_nobody_reviewed(charted: Workspace, take) -> None:
    [first] = take(bill("G-0", (GRIT, "80.00"), seller="Millstone Dressers"))
    said = account_of(charted, first).prediction
    for number in range(1, 6):
        take(bill(f"G-{number}", (GRIT, "80.00"), seller="Millstone Dressers"))
    [last] = take(bill("G-9", (GRIT, "80.00"), seller="Millstone Dressers"))
    again = account_of(charted, last).prediction
    assert (again.value, again.confidence) == (said.value, said.confidence)


def test_an_account_that_is_retired_or_not_in_the_chart_is_neither_suggested_nor_taken(
    charted: Workspace, take
) -> None:
    [record] = take(bill("T-1", ("Telegrams", "9.00", "6410"), ("Fax line", "9.00", "Fax line")))
    for line in (0, 1):
        row = account_of(charted, record, line)
        said = {row.prediction.value, *(each.value for each in row.prediction.alternatives)}
        assert not said & {"6410", "6420"}
        assert not {value for value, _ in desk.choices(charted, row)} & {"6410", "6420"}
    for account in ("6410", "6420", "9999"):
        with pytest.raises(ValueError, match="chart"):
            desk.correct(charted, [right(row, account)])
    assert charted.corrections("invoices", CLIENT) == []


def test_the_buyers_own_reference_is_suggested_with_the_rule_as_evidence(
    charted: Workspace, take
) -> None:
    line, whole, by_name = take(
        bill("B-1", (GRIT, "80.00", "6300"), buyer_account="6100"),
        bill("B-2", (GRIT, "81.00"), buyer_account="6100"),
        bill("B-3", (GRIT, "82.00", "postage and COURIERS")),
    )
    rows = [account_of(charted, each) for each in (line, whole, by_name)]
    assert [row.prediction.value for row in rows] == ["6300", "6100", "6400"]
    evidence = rows[0].prediction.evidence[0]
    assert evidence.kind is EvidenceKind.RULE
    assert evidence.span is not None
    assert evidence.span.path
    assert rows[0].prediction.status is Status.REVIEW  # it has not proved itself yet


def test_corrections_of_another_process_are_noticed(
    charted: Workspace, take, database_url: str, start
) -> None:
    first, second = take(
        *[bill(f"G-{n}", (GRIT, "80.00"), seller="Millstone Dressers") for n in "12"]
    )
    row = account_of(charted, first)
    wanted = next(a for a in ("6200", "6400") if a != row.prediction.value)
    script = """
import sys
from slmapps.records import Correction
from slmapps.workspace import Workspace
from slmapps_invoices import desk
with Workspace.open(sys.argv[1]) as workspace:
    desk.correct(workspace, [Correction(prediction_id=int(sys.argv[2]), field="account", value=sys.argv[3])])
"""
    process = start(script, database_url, str(row.id), wanted)
    assert process.wait(timeout=120) == 0
    assert account_of(charted, second).prediction.value == wanted
    [third] = take(bill("G-3", (GRIT, "70.00"), seller="Millstone Dressers"))
    assert account_of(charted, third).prediction.value == wanted


def test_a_new_process_knows_what_was_learnt(
    charted: Workspace, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = pd.DataFrame(
        {
            "date": ["2026-01-05"] * 6,
            "supplier": ["Millstone Dressers"] * 3 + ["Cove Energy"] * 3,
            "text": [GRIT] * 3 + ["Electricity"] * 3,
            "amount": [80.0, 81.0, 82.0, 40.0, 41.0, 42.0],
            "account": ["6200"] * 3 + ["6100"] * 3,
        }
    )
    assert desk.import_history(charted, CLIENT, history) == []
    [record] = take(bill("D-1", ("Skimmed milk", "20.00"), seller="Cove Dairy"))
    desk.correct(charted, [right(account_of(charted, record), "5010")])
    learnt = [
        account_of(charted, each).prediction
        for each in take(
            bill("G-1", (GRIT, "80.00"), seller="Millstone Dressers"),
            bill("D-2", ("Skimmed milk", "21.00"), seller="Cove Dairy"),
        )
    ]
    monkeypatch.setattr(client_desk, "_desks", {})  # what a new process starts with
    again = [
        account_of(charted, each).prediction
        for each in take(
            bill("G-2", (GRIT, "80.00"), seller="Millstone Dressers"),
            bill("D-3", ("Skimmed milk", "21.00"), seller="Cove Dairy"),
        )
    ]
    assert [each.value for each in again] == [each.value for each in learnt] == ["6200", "5010"]
    assert [each.confidence for each in again] == pytest.approx(
        [each.confidence for each in learnt], abs=0.02
    )


def test_a_history_says_which_lines_it_could_not_use(charted: Workspace) -> None:
    frame = pd.DataFrame(
        {"supplier": ["A", "B", "C"], "text": ["x", "y", "z"], "account": ["6100", "7777", None]}
    )
    problems = desk.import_history(charted, CLIENT, frame)
    assert sorted(problem.code for problem in problems) == [
        "account-missing",
        "account-not-in-chart",
    ]
    assert charted.count_examples("invoices", CLIENT) == 1
    [problem] = desk.import_history(charted, CLIENT, frame.drop(columns="account"))
    assert problem.code == "no-account-column"


def test_tax_codes_and_cost_centres_are_coded_where_the_client_uses_them(
    charted: Workspace, take
) -> None:
    [early] = take(bill("G-1", (GRIT, "80.00"), seller="Millstone Dressers"))
    assert {row.prediction.field for row in charted.predictions(record_id=early)} == {"account"}
    history = pd.DataFrame(
        {
            "supplier": ["Millstone Dressers"] * 4,
            "text": [GRIT] * 4,
            "amount": [80.0] * 4,
            "account": ["6200"] * 4,
            "vat_code": ["S20"] * 4,
            "cost_centre": ["MILL"] * 4,
        }
    )
    desk.import_history(charted, CLIENT, history)
    said = {row.prediction.field: row for row in charted.predictions(record_id=early)}
    assert {field: row.prediction.value for field, row in said.items()} == {
        "account": "6200",
        "tax_code": "S20",
        "cost_centre": "MILL",
    }
    assert desk.choices(charted, said["tax_code"]) == [("S20", "S20")]
    [coded] = desk.coded_invoices(charted, CLIENT)
    assert (coded.lines[0].tax_code, coded.lines[0].cost_centre) == ("S20", "MILL")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("5000", "Flour"), ("5000", "Eggs")], "account-twice"),
        ([("6410", "CLOSED Telegrams"), ("6420", "Fax - do not use")], "no-open-account"),
    ],
)
def test_a_chart_that_cannot_be_used_is_refused_whole(
    workspace: Workspace, rows: list[tuple[str, str]], code: str
) -> None:
    problems = desk.import_chart(workspace, CLIENT, pd.DataFrame(rows, columns=["account", "name"]))
    assert code in [problem.code for problem in problems]
    assert not desk.has_chart(workspace, CLIENT)


def test_a_split_divides_the_line_to_the_cent_and_can_be_undone(charted: Workspace, take) -> None:
    [record] = take(bill("S-1", ("Mixed order", "10.01"), ("Flour", "5.00")))
    shares = [("6300", Decimal("0.3333")), ("6400", Decimal("0.3333")), ("5000", Decimal("0.3334"))]
    desk.split(charted, record, 0, shares, who="ada")
    [coded] = desk.coded_invoices(charted, CLIENT, [record])
    assert coded.lines[0].splits == (
        ("6300", Decimal("3.34")),
        ("6400", Decimal("3.34")),
        ("5000", Decimal("3.33")),
    )
    assert coded.lines[0].account == "5000"
    assert coded.lines[0].status is Status.ACCEPTED
    [correction] = charted.corrections("invoices", CLIENT)
    desk.undo(charted, correction.id, "ada")
    [coded] = desk.coded_invoices(charted, CLIENT, [record])
    assert coded.lines[0].splits == ()


def test_a_split_line_teaches_nothing_about_one_account(charted: Workspace, take) -> None:
    first, second = take(
        *[bill(f"S-{n}", (GRIT, "80.00"), seller="Millstone Dressers") for n in "12"]
    )
    before = account_of(charted, second).prediction
    desk.split(charted, first, 0, [("6300", Decimal("0.6")), ("6400", Decimal("0.4"))])
    assert account_of(charted, second).prediction == before


@pytest.mark.parametrize(
    ("shares", "cure"),
    [
        ([("6300", "1")], "two accounts"),
        ([("6300", "0.5"), ("6300", "0.5")], "add its shares"),
        ([("6300", "0.5"), ("6400", "0.4")], "mend the last"),
        ([("6300", "1.5"), ("6400", "-0.5")], "above 0"),
        ([("6300", "0.5"), ("6410", "0.5")], "open account"),
    ],
)
def test_a_split_that_does_not_add_up_is_refused_with_the_cure(
    charted: Workspace, take, shares: list[tuple[str, str]], cure: str
) -> None:
    [record] = take(bill("S-1", ("Mixed order", "10.00")))
    with pytest.raises(ValueError, match=cure):
        desk.split(charted, record, 0, [(account, Decimal(share)) for account, share in shares])
    assert charted.corrections("invoices", CLIENT) == []


def test_a_persons_word_is_what_is_booked(charted: Workspace, take) -> None:
    [record] = take(bill("C-1", ("Strong white flour", "60.00"), (GRIT, "9.00"), seller="Cove"))
    row = account_of(charted, record, 1)
    desk.correct(charted, [right(row, "6200")])
    [coded] = desk.coded_invoices(charted, CLIENT)
    assert (coded.lines[1].account, coded.lines[1].account_name) == ("6200", "Machinery repairs")
    assert coded.lines[1].status is Status.ACCEPTED
    assert coded.original is not None
    assert coded.original.startswith(b"<?xml")
    assert coded.seller_key == "cove"


def test_the_monitor_counts_what_people_found(charted: Workspace, take) -> None:
    [record] = take(
        bill("M-1", ("Strong white flour", "60.00"), ("Electricity", "9.00"), (GRIT, "1.00"))
    )
    rows = [account_of(charted, record, line) for line in range(3)]
    wrong = next(a for a in ("6200", "6400") if a != rows[2].prediction.value)
    desk.correct(
        charted,
        [charted.agreement(rows[0].id), charted.agreement(rows[1].id), right(rows[2], wrong)],
    )
    report = desk.observed(charted, CLIENT)
    assert (report["reviewed"], report["right"]) == (3, 2)
    [week] = report["weeks"]
    assert (week["total"], week["reviewed"], week["right"]) == (3, 3, 2)


def test_the_monitor_shows_calibration_budgets_and_drift_once_enough_was_reviewed(
    charted: Workspace,
) -> None:
    def lines(seller: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "supplier": [seller] * 320,
                "text": [f"{GRIT} {n}" for n in range(320)],
                "amount": [9.5] * 320,
            }
        )

    desk.import_history(charted, CLIENT, lines("Millstone Dressers").assign(account="6200"))
    record = desk.process_lines(charted, CLIENT, lines("Cove Dairy"), "milk")
    rows = charted.predictions(record_id=record.id, field="account")
    desk.correct(charted, [charted.agreement(row.id) for row in rows[:60]])
    report = desk.observed(charted, CLIENT)
    assert sum(each["count"] for each in report["calibration"]) == 60
    assert [each["accuracy"] for each in report["calibration"]] == [1.0] * len(
        report["calibration"]
    )
    assert [each["budget"] for each in report["curve"]] == [0.005, 0.01, 0.02, 0.03, 0.05, 0.10]
    assert report["drift"]["level"] == "strong"
    assert report["drift"]["columns"]["supplier"] > report["drift"]["columns"]["amount"]


def test_a_tighter_budget_accepts_less(charted: Workspace, take) -> None:
    with pytest.raises(ValueError, match="0 and 1"):
        desk.set_budget(charted, CLIENT, 2)
    for number in range(30):
        [record] = take(bill(f"P-{number}", (GRIT, "60.00", "5000")))
        desk.correct(charted, [charted.agreement(account_of(charted, record).id)])
    desk.set_budget(charted, CLIENT, 0.05)
    [record] = take(bill("Q-1", (GRIT, "60.00", "5000")))
    assert account_of(charted, record).prediction.status is Status.ACCEPTED
    changes = desk.set_budget(charted, CLIENT, 0.001, "ada")
    assert changes
    assert account_of(charted, record).prediction.status is Status.REVIEW


def test_threads_may_share_a_desk(charted: Workspace, take) -> None:
    records = take(
        *[bill(f"G-{n}", (f"{GRIT} {n}", "80.00"), seller=f"Seller {n}") for n in range(8)]
    )
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda record: desk.correct(charted, [right(account_of(charted, record), "6200")]),
                records,
            )
        )
    assert len(charted.corrections("invoices", CLIENT)) == 8
    said = [account_of(charted, record) for record in records]
    assert [row.corrected for row in said] == ["6200"] * 8


def test_the_samples_are_put_in_once(workspace: Workspace) -> None:
    desk.samples(workspace)
    [client] = workspace.clients("invoices")
    before = state(workspace)
    assert len(workspace.records(client=client)) >= 10
    assert workspace.predictions(client=client, status="review")
    desk.samples(workspace)
    assert state(workspace) == before
