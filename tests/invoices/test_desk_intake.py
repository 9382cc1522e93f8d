"""Files in: what is saved, what is known already, what raises an alarm, what a kill leaves."""

from __future__ import annotations

import signal
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from slmapps.records import Status
from slmapps.workspace import Workspace
from slmapps_invoices import desk
from tests.invoices.bills import CHART, CLIENT, MILLS, bill, written

FLOUR = ("Strong white flour 25 kg", "60.00")


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path):
    """Put bills in; gives what became of each."""

    def _take(*bills: bytes) -> list[desk.FileResult]:
        return desk.process_files(workspace, CLIENT, written(tmp_path / "inbox", *bills))

    return _take


def test_an_invoice_is_saved_with_its_file_and_a_prediction_for_each_line(
    workspace: Workspace, take
) -> None:
    desk.import_chart(workspace, CLIENT, CHART)
    content = bill("A-1", FLOUR, ("Electricity February", "12.50"))
    [result] = take(content)
    assert (result.status, result.problems, result.alarms) == ("ok", (), ())
    record = workspace.record(result.record_id)
    assert record.data["invoice"]["total"] == "87.00"
    assert workspace.document_bytes(record.document) == content
    rows = workspace.predictions(record_id=record.id, field="account")
    assert [row.item for row in rows] == ["lines[0]", "lines[1]"]
    assert desk.describe(workspace, rows[0]) == {
        "supplier": MILLS,
        "text": "Strong white flour 25 kg",
        "amount": "60.00",
        "currency": "EUR",
        "date": "2026-03-02",
        "invoice": "A-1",
    }


def test_without_a_chart_every_line_says_why_there_is_no_suggestion(
    workspace: Workspace, take
) -> None:
    take(bill("A-1", FLOUR))
    [row] = workspace.predictions(client=CLIENT)
    assert row.prediction.status is Status.REFUSED
    assert "chart" in row.prediction.reason
    desk.import_chart(workspace, CLIENT, CHART)
    [row] = workspace.predictions(client=CLIENT)
    assert row.prediction.value in set(CHART["account"])


def test_the_same_file_is_known_whatever_it_is_called(workspace: Workspace, take) -> None:
    [first] = take(bill("A-1", FLOUR))
    [again] = take(bill("A-1", FLOUR))
    assert (again.status, again.record_id) == ("known", first.record_id)
    assert again.file != first.file
    assert len(workspace.records(client=CLIENT)) == 1


def test_a_broken_file_does_not_stop_the_batch_and_nothing_of_it_is_kept(
    workspace: Workspace, take
) -> None:
    results = take(b"", b"\0\0\0 not an invoice", bill("A-1", FLOUR))
    assert [result.status for result in results] == ["failed", "failed", "ok"]
    assert all(result.problems[0].cure for result in results[:2])
    assert len(workspace.records(client=CLIENT)) == 1
    [batch] = workspace.batches(client=CLIENT)
    assert (batch.done, batch.total) == (3, 3)


def test_a_file_that_is_not_there_is_a_problem(workspace: Workspace, tmp_path: Path) -> None:
    [result] = desk.process_files(workspace, CLIENT, [tmp_path / "gone.xml"])
    assert result.status == "failed"
    assert result.problems[0].code == "file-missing"


def test_number_seller_and_total_seen_before_raise_the_duplicate_alarm(take) -> None:
    take(bill("RE 2026/17", FLOUR))
    spelt_otherwise = bill("re 2026-17", FLOUR, seller="WEIR & SONS MILLERS LIMITED")
    other_total = bill("RE 2026/17", ("Strong white flour 25 kg", "61.00"))
    other_seller = bill("RE 2026/17", FLOUR, seller="Cove Dairy", iban="XX99")
    results = take(spelt_otherwise, other_total, other_seller)
    assert [[alarm.code for alarm in result.alarms] for result in results] == [
        ["duplicate-invoice"],
        [],
        [],
    ]
    assert results[0].status == "problems"


def test_a_duplicate_is_seen_by_the_vat_number_too(take) -> None:
    take(bill("A-1", FLOUR, seller="Weir Mills", vat="XX123"))
    [result] = take(bill("A-1", FLOUR, seller="The Old Mill", vat="XX 123"))
    assert [alarm.code for alarm in result.alarms] == ["duplicate-invoice"]


def test_a_payee_whose_name_was_blacked_out_is_nobody(take) -> None:
    take(bill("A-1", FLOUR, seller="REDACTED PERSONAL DATA"))
    [result] = take(
        bill(
            "A-1",
            ("Strong white flour 25 kg", "60.00"),
            seller="REDACTED PERSONAL DATA",
            iban="XX99",
        )
    )
    assert result.alarms == ()


def test_changed_bank_details_raise_an_alarm_until_a_person_has_settled_a_line(
    workspace: Workspace, take
) -> None:
    desk.import_chart(workspace, CLIENT, CHART)
    take(bill("A-1", FLOUR), bill("A-2", FLOUR))
    new = {"iban": "XX00 9999 8888 7777", "seller": "Weir and Sons Millers"}
    [first] = take(bill("A-3", FLOUR, **(new | {"seller": "WEIR & SONS MILLERS"})))
    [second] = take(bill("A-4", FLOUR, **(new | {"seller": MILLS})))
    assert [alarm.code for alarm in first.alarms] == ["bank-details-changed"]
    assert "…7777" in first.alarms[0].message
    assert "…3333" in first.alarms[0].message
    assert [alarm.code for alarm in second.alarms] == ["bank-details-changed"]
    [row] = workspace.predictions(record_id=second.record_id, field="account")
    desk.correct(workspace, [workspace.agreement(row.id, "ada")])
    [third] = take(bill("A-5", FLOUR, iban=new["iban"]))
    assert third.alarms == ()


def test_nothing_on_a_doubtful_invoice_is_accepted_without_a_person(
    workspace: Workspace, take
) -> None:
    desk.import_chart(workspace, CLIENT, CHART)
    for number in range(40):  # the buyer's own references prove right
        [result] = take(bill(f"P-{number}", (*FLOUR, "5000")))
        for row in workspace.predictions(record_id=result.record_id, field="account"):
            desk.correct(workspace, [workspace.agreement(row.id)])
    fine, twice = take(bill("Q-1", (*FLOUR, "5000")), bill("q 1", (*FLOUR, "5000")))
    [row] = workspace.predictions(record_id=fine.record_id, field="account")
    assert row.prediction.status is Status.ACCEPTED
    [row] = workspace.predictions(record_id=twice.record_id, field="account")
    assert row.prediction.status is Status.REVIEW
    assert "duplicate-invoice" in row.prediction.reason


def test_a_list_of_lines_is_one_record_and_its_lines_are_coded(
    workspace: Workspace, tmp_path: Path
) -> None:
    desk.import_chart(workspace, CLIENT, CHART)
    path = tmp_path / "card.csv"
    path.write_text(
        "date,supplier,text,amount\n2026-03-02,Cove Energy,Electricity,10.50\n"
        "2026-03-03,Pole Star Couriers,Parcel to Cork,4.20\n"
    )
    [result] = desk.process_files(workspace, CLIENT, [path])
    record = workspace.record(result.record_id)
    assert record.kind == "lines"
    rows = workspace.predictions(record_id=record.id, field="account")
    assert [desk.describe(workspace, row)["amount"] for row in rows] == ["10.50", "4.20"]


def test_a_table_of_lines_is_saved_once(workspace: Workspace) -> None:
    desk.import_chart(workspace, CLIENT, CHART)
    frame = pd.DataFrame(
        {"supplier": ["Cove Energy"], "text": ["Electricity"], "amount": [Decimal("10.50")]}
    )
    first = desk.process_lines(workspace, CLIENT, frame, "card")
    assert desk.process_lines(workspace, CLIENT, frame, "card").id == first.id
    [row] = workspace.predictions(record_id=first.id, field="account")
    assert desk.describe(workspace, row)["amount"] == "10.50"


BATCH = """
import sys
from pathlib import Path
from slmapps.workspace import Workspace
from slmapps_invoices import desk

paths = sorted(Path(sys.argv[2]).iterdir())
with Workspace.open(sys.argv[1]) as workspace:
    desk.process_files(
        workspace, "harbour-bakery", paths,
        progress=lambda done, total, label: print(label, flush=True),
    )
"""


def test_a_batch_of_200_that_is_killed_keeps_what_it_reported_and_resumes_to_200_once(
    start, database_url: str, tmp_path: Path
) -> None:
    bills = [
        bill(f"K-{number}", (f"Flour delivery {number}", f"{number + 1}.10"), ("Pallet", "3.00"))
        for number in range(200)
    ]
    paths = written(tmp_path / "inbox", *bills)
    with Workspace.open(database_url) as workspace:
        desk.import_chart(workspace, CLIENT, CHART)
    batch = start(BATCH, database_url, str(tmp_path / "inbox"))
    reported = [batch.stdout.readline().strip() for _ in range(60)]
    batch.send_signal(signal.SIGKILL)
    reported += batch.stdout.read().split()
    batch.wait()
    with Workspace.open(database_url) as workspace:
        kept = {row.data["file"] for row in workspace.records(client=CLIENT)}
        assert set(reported) <= kept
        assert len(kept) < 200
        [row] = workspace.batches(client=CLIENT)
        assert (row.done, row.total) == (len(kept), 200)
        results = desk.process_files(workspace, CLIENT, paths)
        assert sum(result.status == "known" for result in results) == len(kept)
        records = workspace.records(client=CLIENT)
        assert sorted(row.data["file"] for row in records) == [path.name for path in paths]
        assert [row.problems for row in records] == [()] * 200
        assert workspace.count_predictions(client=CLIENT, field="account") == 400
        [row] = workspace.batches(client=CLIENT)
        assert (row.done, row.total) == (200, 200)


def test_two_processes_with_the_same_files_save_each_once(
    start, database_url: str, tmp_path: Path
) -> None:
    written(tmp_path / "inbox", *[bill(f"T-{number}", FLOUR) for number in range(20)])
    Workspace.open(database_url).close()
    batches = [start(BATCH, database_url, str(tmp_path / "inbox")) for _ in range(2)]
    assert [len(batch.communicate(timeout=120)[0].split()) for batch in batches] == [20, 20]
    with Workspace.open(database_url) as workspace:
        assert len(workspace.records(client=CLIENT)) == 20
        assert workspace.count_predictions(client=CLIENT) == 20
