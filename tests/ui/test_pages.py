from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from slmapps.records import Status

PAGES = ["slmapps_ui.home:render", "slmapps_ui.review:render", "slmapps_ui.monitor:render"]


def page(target):
    def script(target):
        import importlib

        module, _, function = target.partition(":")
        getattr(importlib.import_module(module), function)()

    return AppTest.from_function(script, kwargs={"target": target}, default_timeout=60)


def shown(app):
    """Everything that the page says, as one text."""
    assert not app.exception, app.exception
    parts = [
        each.value for each in (*app.markdown, *app.caption, *app.info, *app.success, *app.error)
    ]
    parts += [each.label for each in app.button]
    parts += [each.proto.body for each in app.get("html")]
    return "\n".join(map(str, parts))


def open_rows(workspace):
    return {
        workspace.record(row.record_id).data["label"]: row.prediction
        for row in workspace.predictions(app="shelves")
    }


@pytest.mark.parametrize("target", PAGES)
def test_an_empty_workspace_says_what_to_do(shelves, target):
    assert "sample client" in shown(page(target).run())


@pytest.mark.parametrize("target", PAGES)
def test_every_page_draws_with_the_sample_client(stocked, target):
    app = page(target).run()
    assert not app.exception
    assert len(app.title) == 1


def test_home_counts_what_waits_and_names_the_alarm(stocked):
    app = page("slmapps_ui.home:render").run()
    assert {each.label: each.value for each in app.metric} == {
        "Documents read": "6",
        "Lines coded": "0",
        "Lines to review": "6",
        "Documents with alarms": "1",
    }
    assert "The label is torn." in shown(app)


def test_home_leads_to_the_most_doubtful_line(stocked):
    app = page("slmapps_ui.home:render").run()
    app.button(key="review-next").click().run()
    least = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    assert app.session_state["review:cursor"] == (least.record_id, "label", "")


def test_the_queue_is_sorted_by_doubt(stocked):
    table = page("slmapps_ui.review:render").run().dataframe[0].value
    assert table["Sure"].is_monotonic_increasing
    assert len(table) == 6


def test_a_correction_is_previewed_then_changes_the_other_lines(stocked):
    app = page("slmapps_ui.review:render").run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    assert stocked.record(row.record_id).data["label"] == "hammer 16 oz"
    app.button(key=f"pick:{row.id}:2").click().run()
    assert "This will also change 1 other line" in shown(app)
    assert open_rows(stocked)["hammer 20 oz, fibreglass"].value == "A1", "a preview stores nothing"
    app.button(key=f"apply:{row.id}").click().run()
    assert "hammer 16 oz" not in open_rows(stocked)
    assert open_rows(stocked)["hammer 20 oz, fibreglass"].value == "B2"
    assert open_rows(stocked)["hammer 20 oz, fibreglass"].status is Status.ACCEPTED


def test_an_account_can_be_found_by_searching_all_of_them(stocked):
    app = page("slmapps_ui.review:render").run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    app.selectbox(key=f"search:{row.id}").select("D4").run()
    app.button(key=f"apply:{row.id}").click().run()
    assert stocked.prediction(row.id).corrected == "D4"


def test_applying_to_the_others_too_settles_them(stocked):
    app = page("slmapps_ui.review:render").run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    app.button(key=f"pick:{row.id}:2").click().run()
    app.button(key=f"apply-all:{row.id}").click().run()
    assert sorted(open_rows(stocked)) == [
        "emulsion grey 5 l",
        "emulsion white 10 l",
        "hammer, rubber",
        "spade with ash handle",
    ]


def test_undo_takes_a_step_back_and_what_was_learnt_from_it(stocked):
    app = page("slmapps_ui.review:render").run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    app.button(key=f"pick:{row.id}:2").click().run()
    app.button(key=f"apply-all:{row.id}").click().run()
    undo = next(each for each in app.button if each.label.startswith("Undo"))
    assert undo.label == "Undo (2)"
    undo.click().run()
    assert len(open_rows(stocked)) == 6
    assert {each.value for each in open_rows(stocked).values()} == {"A1"}


def test_next_and_previous_walk_through_the_queue(stocked):
    app = page("slmapps_ui.review:render").run()
    button = {each.label: each for each in app.button}
    assert button["Previous"].disabled
    button["Next"].click().run()
    assert "2 of 6" in shown(app)
    next(each for each in app.button if each.label == "Previous").click().run()
    assert "1 of 6" in shown(app)


def test_lines_over_a_confidence_are_confirmed_together(stocked):
    app = page("slmapps_ui.review:render").run()
    app.slider[0].set_value(40).run()
    wanted = next(each for each in app.button if each.label.endswith("of the 6 shown"))
    assert wanted.label == "Confirm 3 of the 6 shown"
    wanted.click().run()
    assert len(stocked.corrections("shelves")) == 3
    assert all(each.correction.right_as_is for each in stocked.corrections("shelves"))


def test_ticked_lines_are_confirmed_together(stocked, shelves):
    app = page("slmapps_ui.review:render").run()
    key = f"review:table:{shelves.CLIENT}:To review:0"
    app.session_state[key] = {"selection": {"rows": [0, 2], "columns": [], "cells": []}}
    app.run()
    next(each for each in app.button if each.label == "Confirm selected (2)").click().run()
    assert not app.exception
    assert len(stocked.corrections("shelves")) == 2


def test_many_lines_are_confirmed_beside_the_page_and_undone_as_one_step(stocked, monkeypatch):
    from slmapps_ui import jobs, review

    monkeypatch.setattr(review, "AT_ONCE", 2)
    app = page("slmapps_ui.review:render").run()
    app.slider[0].set_value(40).run()
    next(each for each in app.button if each.label.endswith("of the 6 shown")).click().run()
    for job in list(jobs._jobs.values()):
        assert job.finished.wait(30)
    app.run()
    assert len(stocked.corrections("shelves")) == 3
    next(each for each in app.button if each.label == "Undo (3)").click().run()
    assert not app.exception
    assert stocked.corrections("shelves") == []


def test_a_correction_of_another_session_can_be_taken_back(stocked):
    first = page("slmapps_ui.review:render").run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    first.button(key=f"apply:{row.id}").click().run()
    (made,) = stocked.corrections("shelves")
    other = page("slmapps_ui.review:render")
    other.session_state["review:earlier"] = True
    other.run()
    other.button(key=f"back:{made.id}").click().run()
    assert not other.exception
    assert stocked.corrections("shelves") == []


def test_a_page_that_fails_says_so_to_the_person_and_not_to_the_log(shelves, monkeypatch, caplog):
    from slmapps_ui import home
    from slmapps_ui.launch import APP

    def broken():
        raise ValueError("Ms Quill owes 7")

    monkeypatch.setattr(home, "render", broken)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert "Ms Quill owes 7" in app.error[0].value
    assert "Quill" not in caplog.text
    assert "ValueError" in caplog.text


def test_initials_reach_the_audit_trail(stocked):
    app = page("slmapps_ui.review:render")
    app.session_state["who"] = "QZ"
    app.run()
    row = min(stocked.predictions(app="shelves"), key=lambda row: row.prediction.confidence)
    app.button(key=f"apply:{row.id}").click().run()
    assert "QZ" in {each.who for each in stocked.audit(5)}


def test_text_from_a_document_is_shown_and_never_run(shelves, monkeypatch):
    hostile = "<img src=x onerror=alert(1)> **bold** :red[x] $x$"
    monkeypatch.setattr(shelves, "LABELS", [(hostile, hostile, "1.00")])
    from slmapps_ui import session

    shelves.samples(session.workspace())
    app = page("slmapps_ui.review:render").run()
    said = shown(app)
    assert "<img" not in said
    assert "&lt;img" in said


def test_the_monitor_keeps_the_error_budget_that_was_chosen(stocked, shelves):
    app = page("slmapps_ui.monitor:render").run()
    app.slider[0].set_value(5.0).run()
    assert not app.exception
    assert stocked.setting("shelves", shelves.CLIENT, "budget") == 0.05


def test_the_router_shows_the_suite_with_the_first_page_open(stocked):
    from slmapps_ui.launch import APP

    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Home"


def test_a_value_that_is_typed_is_an_item_by_itself_and_is_checked(stocked, shelves, monkeypatch):
    from dataclasses import replace

    from slmapps import plugins
    from slmapps.records import Prediction, Status

    def preview(workspace, correction):
        if not correction.value.isdigit():
            raise ValueError(f"{correction.value!r} is no weight: type it in grams")
        return []

    desk = replace(
        shelves.DESK,
        free_text=lambda workspace, row: row.prediction.field == "weight",
        choices=lambda workspace, row: (
            [] if row.prediction.field == "weight" else shelves.choices(workspace, row)
        ),
        preview=preview,
    )

    monkeypatch.setattr(plugins, "desks", lambda: [desk])
    monkeypatch.setattr(plugins, "desk", lambda name: desk)
    record = stocked.records(app="shelves")[0]
    said = Prediction(field="weight", value="45", confidence=0.1, status=Status.REVIEW)
    stocked.add_predictions(record.id, [("label", said)])
    [row] = stocked.predictions(app="shelves", field="weight")
    app = page("slmapps_ui.review:render").run()
    assert len(app.dataframe[0].value) == 7
    entry = app.text_input(key=f"picked:{row.id}")
    assert entry.value == "45"
    entry.set_value("heavy").run()
    assert any("type it in grams" in each.value for each in app.error)
    assert not [each for each in app.button if each.key == f"apply:{row.id}"]
    app.text_input(key=f"picked:{row.id}").set_value("450").run()
    app.button(key=f"apply:{row.id}").click().run()
    assert not app.exception
    assert stocked.prediction(row.id).corrected == "450"
