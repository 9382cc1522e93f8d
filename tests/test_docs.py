"""What the documentation says is so: hooks, commands, links, and the plugin that it shows."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from slmapps import hookspecs, plugins
from slmapps.cli.reference import reference
from slmapps.cli.root import cli

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
PLUGIN_PAGE = (DOCS / "write-a-plugin.md").read_text("utf-8")
EXAMPLE = re.search(r"```python\n(.*?)```", PLUGIN_PAGE, re.DOTALL).group(1)


def hooks():
    return {
        name: list(inspect.signature(function).parameters)
        for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
        if hasattr(function, "slmapps_spec")
    }


@pytest.mark.parametrize("name", hooks())
def test_every_hook_is_documented_with_its_exact_arguments(name):
    assert f"`{name}({', '.join(hooks()[name])})`" in PLUGIN_PAGE
    assert inspect.getdoc(getattr(hookspecs, name))


def test_no_hook_is_documented_that_is_not_there():
    assert set(re.findall(r"`(register_\w+)\(", PLUGIN_PAGE)) == set(hooks())


def test_the_reference_of_the_command_line_is_the_commands_own_help(monkeypatch):
    monkeypatch.delenv("SLMAPPS_PLUGINS", raising=False)
    plugins.load.cache_clear()
    assert (DOCS / "cli.md").read_text("utf-8") == reference(cli), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_the_documentation_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = [each for each in targets if "://" not in each and not (page.parent / each).exists()]
    assert missing == []


def test_the_readme_says_of_every_desk_whether_it_is_open():
    rows = dict(
        re.findall(
            r"\| \[(\w+)\]\(docs/\w+\.md\) \| [^|]+ \| ([^|]+) \|",
            (ROOT / "README.md").read_text("utf-8"),
        )
    )
    assert {name for name, state in rows.items() if "not yet" not in state} == {"Invoices"}
    assert len(rows) == 6


def test_the_variables_that_are_read_are_documented():
    sources = [
        path for folder in ("slmapps", "plugins", "ui") for path in (ROOT / folder).rglob("*.py")
    ]
    named = {
        name
        for path in sources
        for name in re.findall(r"\bSLMAPPS_[A-Z_]+\b", path.read_text("utf-8"))
    }
    documented = (DOCS / "framework.md").read_text("utf-8")
    assert {name for name in named if f"`{name}`" not in documented} == set()


def test_the_example_is_short():
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) <= 60


CARDS = ("My gift card is refused", "The gift card does not work")


@pytest.fixture
def installed(tmp_path):
    """The example as pip would leave it, and a way to call `slmapps` beside it."""
    (tmp_path / "slmapps_messages.py").write_text(EXAMPLE, "utf-8")
    info = tmp_path / "slmapps_messages-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: slmapps-messages\nVersion: 1.0\n", "utf-8"
    )
    (info / "entry_points.txt").write_text("[slmapps]\nmessages = slmapps_messages\n", "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "SLMAPPS_HOME": str(tmp_path / "home"),
        "SLMAPPS_PLUGINS": "messages",
    }

    def call(*arguments: str) -> str:
        program = "from slmapps.cli import main; main()"
        answer = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    return call


def test_the_example_is_a_working_desk(installed):
    sorted_ = installed("sort-messages", "My parcel never came", "Where may I park?", *CARDS)
    assert [line.split("\t")[0] for line in sorted_.splitlines()[:2]] == ["delivery", "counter"]
    (desk,) = json.loads(installed("plugins", "--json"))["desks"]
    assert desk["name"] == "messages"
    said = json.loads(installed("review", "correct", "3", "counter", "--json"))
    assert [change["after"] for change in said["changes"]] == ["counter"]
    moved = [
        row
        for row in json.loads(installed("review", "list", "--json"))
        if row["prediction"]["value"] == "counter"
    ]
    assert len(moved) == 2
    assert "corrected" in installed("workspace", "audit")
