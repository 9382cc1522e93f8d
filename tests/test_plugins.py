"""Plugins come in through one door; what is broken is reported and the rest goes on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from slmapps import plugins
from slmapps.cli.root import Root
from slmapps.desk import Desk, PageSpec, lazily
from slmapps.hookspecs import hookimpl


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv("SLMAPPS_PLUGINS", raising=False)
    plugins.load.cache_clear()
    yield
    plugins.load.cache_clear()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a distribution that offers one module as a plugin, as pip would leave it."""

    def _install(name: str, source: str) -> None:
        (tmp_path / f"{name}_module.py").write_text(source, "utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8"
        )
        (info / "entry_points.txt").write_text(f"[slmapps]\n{name} = {name}_module\n", "utf-8")
        plugins.load.cache_clear()

    monkeypatch.syspath_prepend(tmp_path)
    return _install


def names() -> list[str]:
    return [name for name, _ in plugins.load().list_name_plugin()]


def test_the_built_in_desk_comes_in_through_the_entry_point():
    assert names() == ["earnings", "invoices"]
    assert [desk.name for desk in plugins.desks()] == ["earnings", "invoices"]
    assert plugins.problems() == []


def test_the_variable_restricts_to_the_named_plugins(monkeypatch, install):
    install("kiosk", "")
    assert names() == ["earnings", "invoices", "kiosk"]
    monkeypatch.setenv("SLMAPPS_PLUGINS", "kiosk")
    plugins.load.cache_clear()
    assert names() == ["kiosk"]
    monkeypatch.setenv("SLMAPPS_PLUGINS", "")
    plugins.load.cache_clear()
    assert names() == []


def test_a_name_that_nobody_offers_is_a_problem(monkeypatch):
    monkeypatch.setenv("SLMAPPS_PLUGINS", "invoices, nowhere")
    plugins.load.cache_clear()
    assert names() == ["invoices"]
    (problem,) = plugins.problems()
    assert "nowhere" in problem.message


def test_a_plugin_that_cannot_be_imported_is_a_problem_and_the_others_load(install):
    install("broken", "raise OSError('no such disk')")
    assert names() == ["earnings", "invoices"]
    (problem,) = plugins.problems()
    assert (problem.code, problem.message) == (
        "plugin-broken",
        "Plugin broken: OSError: no such disk",
    )
    assert "SLMAPPS_PLUGINS" in problem.cure


def test_a_hook_that_fails_is_a_problem_and_the_others_are_heard(install):
    install(
        "angry",
        "from slmapps.hookspecs import hookimpl\n"
        "@hookimpl\ndef register_desks(register):\n    raise KeyError('drawer')\n",
    )
    assert [desk.name for desk in plugins.desks()] == ["earnings", "invoices"]
    (problem,) = plugins.problems()
    assert "register_desks" in problem.message


def test_a_hook_with_an_argument_that_does_not_exist_is_refused_at_once(install):
    install(
        "misled",
        "from slmapps.hookspecs import hookimpl\n@hookimpl\ndef register_desks(registrar):\n    pass\n",
    )
    assert names() == ["earnings", "invoices"]
    assert "registrar" in plugins.problems()[0].message


def test_pages_come_in_their_order(install):
    install(
        "early",
        "from slmapps.hookspecs import hookimpl\nfrom slmapps.desk import PageSpec\n"
        "@hookimpl\ndef register_pages(register):\n"
        "    register(PageSpec('Early', '', 'early', 1, 'early_module:render'))\n",
    )
    titles = [page.title for page in plugins.pages()]
    assert titles == ["Early", "Invoices"]


def test_a_desk_is_found_by_name_and_a_wrong_name_hears_the_right_ones():
    assert plugins.desk("invoices").title == "Invoices"
    with pytest.raises(KeyError, match="there are: earnings, invoices"):
        plugins.desk("statements")


def test_a_command_of_a_plugin_stands_beside_the_suites_own(install):
    install(
        "greeter",
        "import click\nfrom slmapps.hookspecs import hookimpl\n"
        "@click.command()\ndef greet():\n    '''Say hello.'''\n    click.echo('hello')\n"
        "@hookimpl\ndef register_commands(cli):\n    cli.add_command(greet)\n",
    )
    cli = Root()
    runner = CliRunner()
    assert "greet" in runner.invoke(cli, ["--help"]).output
    assert runner.invoke(cli, ["greet"]).output == "hello\n"


def test_the_list_of_plugins_names_the_broken_one_and_leaves_with_1(install):
    from slmapps.cli.suite import list_plugins

    install("broken", "import a_library_nobody_has")
    answer = CliRunner().invoke(list_plugins, ["--json"])
    assert answer.exit_code == 1
    said = json.loads(answer.stdout)
    assert said["plugins"] == ["earnings", "invoices"]
    assert said["desks"][1]["name"] == "invoices"
    assert "a_library_nobody_has" in said["problems"][0]["message"]


def test_a_lazy_callable_imports_only_when_it_is_called(tmp_path, monkeypatch):
    (tmp_path / "late_module.py").write_text(
        "def double(number):\n    return 2 * number\n", "utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    double = lazily("late_module:double")
    assert "late_module" not in sys.modules
    assert double(21) == 42


def test_the_registry_can_be_used_without_a_package():
    class Stall:
        @hookimpl
        def register_desks(self, register):
            register(Desk(name="stall", title="Stall"))

        @hookimpl
        def register_pages(self, register):
            register(PageSpec("Stall", "", "stall", 99, "nowhere:render"))

    plugins.load().register(Stall(), name="stall")
    assert plugins.desk("stall").open
    assert plugins.pages()[-1].title == "Stall"


def test_the_door_stays_small():
    assert len(Path(plugins.__file__).read_text("utf-8").splitlines()) < 100
