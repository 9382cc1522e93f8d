"""The suite's own commands: every one explains itself, answers in JSON and keeps the exit codes."""

from __future__ import annotations

import json
import socket
import zipfile

import click
import pytest
from click.testing import CliRunner

from slmapps import __version__, plugins
from slmapps.cli.root import cli
from slmapps.records import Prediction, Status
from slmapps.workspace import Workspace


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found += commands(command.get_command(context, name), (*path, name))
    return found


ALL = commands(cli)
LEAVES = [each for each in ALL if not isinstance(each[1], click.Group)]
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def fresh():
    plugins.load.cache_clear()


@pytest.fixture
def workspace():
    """A workspace with one record of the desk `invoices` and two suggestions."""
    kept = Workspace.open()
    kept.add_client("invoices", "bakery", "Old Mill Bakery")
    said = [
        ("line 1", Prediction(field="account", value="4100", confidence=0.4)),
        (
            "line 2",
            Prediction(field="account", value="5200", confidence=0.97, status=Status.ACCEPTED),
        ),
    ]
    kept.save_record("invoices", "bakery", "note", "1", {"text": "flour"}, predictions=said)
    yield kept
    kept.close()


def run(*arguments: str, code: int = 0):
    answer = RUNNER.invoke(cli, list(arguments))
    assert answer.exit_code == code, answer.output + repr(answer.exception)
    return answer


@pytest.mark.parametrize(
    ("path", "command"), ALL, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_explains_itself_with_examples(path, command):
    text = run(*path, "--help").output
    assert "Examples:" in text
    assert f"slmapps {' '.join(path)}".strip() in text.partition("Examples:")[2]


@pytest.mark.parametrize(
    ("path", "command"),
    LEAVES,
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_command_can_answer_in_json(path, command):
    assert "--json" in [name for option in command.params for name in option.opts]


def test_the_version_is_the_packages():
    assert run("--version").output.strip() == f"slmapps, version {__version__}"


def test_a_command_that_does_not_exist_is_usage():
    assert "No such command" in run("compose", code=2).output


def test_the_status_counts_what_waits(workspace):
    said = json.loads(run("workspace", "status", "--json").stdout)
    (client,) = said["clients"]
    assert client == {
        "desk": "invoices",
        "client": "bakery",
        "records": 1,
        "open": 2,
        "review": 1,
        "refused": 0,
        "corrections": 0,
    }
    assert "bakery" in run("workspace", "status").stdout


def test_an_empty_workspace_says_what_to_do_next():
    assert "slmapps samples" in run("workspace", "status").stderr


def test_the_audit_trail_is_shown_newest_first(workspace):
    entries = json.loads(run("workspace", "audit", "--json").stdout)
    assert entries[0]["action"] == "record saved"
    assert [entry["id"] for entry in entries] == sorted(
        (entry["id"] for entry in entries), reverse=True
    )


def test_the_whole_workspace_can_be_taken_away_in_one_file(workspace, tmp_path):
    out = tmp_path / "all.zip"
    said = json.loads(run("workspace", "export", "--out", str(out), "--json").stdout)
    assert (said["records"], said["predictions"]) == (1, 2)
    with zipfile.ZipFile(out) as archive:
        lines = archive.read("predictions.jsonl").decode().splitlines()
        assert [json.loads(line)["prediction"]["value"] for line in lines] == ["4100", "5200"]


def test_a_database_that_does_not_answer_says_where_to_look(monkeypatch, tmp_path):
    monkeypatch.setenv("SLMAPPS_DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder/w.db")
    answer = run("workspace", "status", code=2)
    assert "check SLMAPPS_DATABASE_URL" in answer.output
    assert "Traceback" not in answer.output


@pytest.fixture
def simple_desk(monkeypatch):
    """The desk `invoices` without its model: choices are a list, a correction changes nothing else."""
    from slmapps.desk import Change, Desk

    def correct(kept, corrections):
        kept.correct(corrections)
        return [Change(9, "line 9", "account", "1", "2", 0.5, 0.9)]

    desk = Desk(
        name="invoices",
        title="Invoices",
        choices=lambda kept, row: [("4100", "Flour"), ("5200", "Motor expenses")],
        describe=lambda kept, row: {"text": kept.record(row.record_id).data["text"]},
        correct=correct,
        preview=lambda kept, correction: [Change(9, "line 9", "account", "1", "2", 0.5, 0.9)],
        undo=lambda kept, correction_id, who: (kept.undo(correction_id, who), [])[1],
    )
    monkeypatch.setattr(plugins, "desks", lambda: [desk])


def test_the_review_lists_what_waits_and_hides_what_was_accepted(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    assert waiting["prediction"]["value"] == "4100"
    assert waiting["describe"] == {"text": "flour"}
    assert len(json.loads(run("review", "list", "--all", "--json").stdout)) == 2
    assert "flour" in run("review", "list").stdout


def test_accepting_keeps_the_word_of_a_named_person(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    run("review", "accept", str(waiting["id"]), "--who", "ada")
    (kept,) = workspace.corrections("invoices", "bakery")
    assert (kept.correction.right_as_is, kept.correction.who, kept.correction.value) == (
        True,
        "ada",
        "4100",
    )


def test_a_correction_may_name_the_label_and_shows_what_else_changes(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    answer = json.loads(
        run("review", "correct", str(waiting["id"]), "Motor expenses", "--json").stdout
    )
    assert answer["changes"][0]["after"] == "2"
    assert workspace.corrections("invoices", "bakery")[0].correction.value == "5200"


def test_a_value_that_cannot_be_chosen_is_refused_with_those_that_can(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    answer = run("review", "correct", str(waiting["id"]), "9999", code=2)
    assert "4100" in answer.output
    assert workspace.corrections("invoices", "bakery") == []


def test_a_preview_stores_nothing(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    assert "line 9" in run("review", "correct", str(waiting["id"]), "5200", "--preview").stdout
    assert workspace.corrections("invoices", "bakery") == []


def test_a_correction_is_taken_back(workspace, simple_desk):
    (waiting,) = json.loads(run("review", "list", "--json").stdout)
    run("review", "correct", str(waiting["id"]), "5200")
    (kept,) = workspace.corrections("invoices", "bakery")
    run("review", "undo", str(kept.id), "--who", "ada")
    assert workspace.corrections("invoices", "bakery") == []
    assert "undone" in run("review", "undo", str(kept.id), code=2).output


def test_a_number_that_is_no_suggestion_is_a_plain_error(workspace):
    assert "no prediction 999" in run("review", "accept", "999", code=2).output


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(simple_desk):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run("ui", "--host", "127.0.0.1", "--port", str(port), code=2)
    assert f"port {port} is taken" in answer.output
