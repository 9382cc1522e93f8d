"""The invoices page and the suite's pages on the sample client, as a person meets them first."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

CLIENT = "larkspur"
APP = "invoices"


def page(target):
    def script(target):
        import importlib

        module, _, function = target.partition(":")
        getattr(importlib.import_module(module), function)()

    return AppTest.from_function(script, kwargs={"target": target}, default_timeout=120)


def shown(app):
    assert not app.exception, app.exception
    parts = [each.value for each in (*app.markdown, *app.caption, *app.info, *app.title)]
    parts += [each.proto.body for each in app.get("html")]
    return "\n".join(map(str, parts))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A workspace file with the sample client in it, made once."""
    from slmapps.workspace import Workspace
    from slmapps_invoices.desk import samples

    file = tmp_path_factory.mktemp("sample") / "workspace.db"
    with Workspace.open(f"sqlite:///{file}") as workspace:
        samples(workspace)
    return file


@pytest.fixture
def sample(loaded, home):
    """A workspace of its own with the sample client."""
    from slmapps_ui import session

    shutil.copy(loaded, home / "workspace.db")
    return session.workspace()


@pytest.fixture
def empty_client(home):
    """A client with four accounts and two lines of one odd wording, nothing learnt."""
    from slmapps_invoices.desk import import_chart, process_lines
    from slmapps_ui import session

    workspace = session.workspace()
    workspace.add_client(APP, "moss", "Moss & Daughters")
    chart = {
        "account": ["6100", "6200", "6300", "6400"],
        "name": ["Cleaning and waste", "Printing", "Software subscriptions", "Motor fuel"],
    }
    import_chart(workspace, "moss", pd.DataFrame(chart))
    lines = {
        "date": ["2026-03-02", "2026-03-09"],
        "supplier": ["Quillon Facilities", "QUILLON FACILITIES LTD"],
        "text": ["Zephyrine service north wing", "Zephyrine service south wing"],
        "amount": ["100.00", "120.00"],
    }
    process_lines(workspace, "moss", pd.DataFrame(lines), "list.csv")
    return workspace


@pytest.mark.parametrize("name", ["home", "review", "monitor"])
def test_the_suites_pages_draw_with_the_sample_client(sample, name):
    assert not page(f"slmapps_ui.{name}:render").run().exception


def test_without_a_client_the_page_says_the_three_steps(home):
    assert "Three steps" in shown(page("slmapps_invoices.page:render").run())


def test_a_client_without_a_chart_is_asked_for_one(home):
    app = page("slmapps_invoices.page:render").run()
    app.text_input[0].set_value("Moss & Daughters")
    app.button[0].click().run()
    assert "needs its chart of accounts first" in shown(app)
    uploaders = app.file_uploader
    assert len(uploaders) == 2
    uploaders[0].upload("chart.csv", b"account,name\n6100,Cleaning\n6200,Printing\n").run()
    _finish(app)
    assert "No invoice yet" in shown(app)


def _finish(app):
    from slmapps_ui import jobs

    for job in list(jobs._jobs.values()):
        assert job.finished.wait(120)
        assert not job.error, job.error
    app.run()


def test_the_sample_invoices_are_listed_with_their_alarms(sample):
    app = page("slmapps_invoices.page:render").run()
    table = app.dataframe[0].value
    assert len(table) == len(sample.records(app=APP, client=CLIENT))
    alarms = ", ".join(table["Alarms"])
    assert "duplicate invoice" in alarms
    assert "bank details changed" in alarms


def test_an_invoice_shows_its_lines_and_what_speaks_for_the_doubtful_one(sample):
    app = page("slmapps_invoices.page:render").run()
    table = app.dataframe[0].value
    place = int(table.index[table["Lines"] > 2][0])
    app.session_state[f"{APP}:{CLIENT}:table:0"] = {
        "selection": {"rows": [place], "columns": [], "cells": []}
    }
    app.run()
    assert not app.exception
    lines = app.dataframe[1].value
    assert len(lines) == table["Lines"][place]
    assert lines["Account"].str.len().gt(0).all()
    assert "sure" in shown(app)


@pytest.mark.parametrize("format_", ["xero", "datev", "beancount", "json", "xlsx"])
def test_every_format_leaves_from_the_page_or_says_why_not(sample, format_):
    app = page("slmapps_invoices.page:render")
    app.session_state[f"{APP}:{CLIENT}:export:open"] = True
    app.run()
    app.selectbox(key=f"{APP}:{CLIENT}:export:format").select(format_)
    app.toggle(key=f"{APP}:{CLIENT}:export:unreviewed").set_value(True)
    app.run()
    said = shown(app)
    assert app.get("download_button") or "Nothing can leave" in said


def test_a_correction_on_the_page_changes_the_next_prediction(empty_client):
    rows = empty_client.predictions(app=APP, client="moss", field="account")
    first, second = sorted(rows, key=lambda row: row.prediction.confidence)
    wanted = next(
        code for code in ("6400", "6300") if code not in {each.prediction.value for each in rows}
    )
    app = page("slmapps_ui.review:render").run()
    app.selectbox(key=f"search:{first.id}").select(wanted).run()
    assert "This will also change 1 other line" in shown(app)
    app.button(key=f"apply:{first.id}").click().run()
    assert not app.exception
    (left,) = empty_client.predictions(app=APP, client="moss", field="account")
    assert (left.item, left.prediction.value) == (second.item, wanted)
    undo = next(each for each in app.button if each.label.startswith("Undo"))
    undo.click().run()
    assert len(empty_client.predictions(app=APP, client="moss", field="account")) == 2


def test_a_line_is_split_over_two_accounts(sample):
    app = page("slmapps_invoices.page:render").run()
    table = app.dataframe[0].value
    place = int(table.index[table["Lines"] == 3][0])
    app.session_state[f"{APP}:{CLIENT}:table:0"] = {
        "selection": {"rows": [place], "columns": [], "cells": []}
    }
    app.run()
    prefix = next(each.key for each in app.number_input if each.key.endswith(":parts"))[
        : -len(":parts")
    ]
    app.selectbox(key=f"{prefix}:value0").select_index(0)
    app.selectbox(key=f"{prefix}:value1").select_index(1)
    app.number_input(key=f"{prefix}:share0").set_value(60.0)
    app.run()
    app.button(key=f"{prefix}:do").click().run()
    assert not app.exception
    assert app.dataframe[1].value["Account"].str.contains(r" \+ ").any()


def test_export_settings_are_checked_before_they_are_kept(sample):
    from slmapps_invoices.desk import export_settings

    app = page("slmapps_invoices.page:render").run()
    prefix = f"{APP}:{CLIENT}:books"
    keep = next(each for each in app.button if each.label == "Keep")
    app.text_input(key=f"{prefix}:currency").set_value("euros")
    keep.click().run()
    assert any("Currency" in each.value for each in app.error)
    assert export_settings(sample, CLIENT).currency == "EUR"
    app.text_input(key=f"{prefix}:currency").set_value("GBP")
    app.text_input(key=f"{prefix}:payables.account").set_value("2109")
    next(each for each in app.button if each.label == "Keep").click().run()
    settings = export_settings(sample, CLIENT)
    assert (settings.currency, settings.payables.account) == ("GBP", "2109")
    assert len(settings.tax_codes) == 6, "what the form does not show stays"
