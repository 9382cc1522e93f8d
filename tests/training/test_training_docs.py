"""What docs/training.md and docs/writer.md show can be typed: commands, options, names."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import click
import pytest

from slmapps.cli.root import cli

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ["training.md", "writer.md"]


def blocks(page, language):
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(page):
    """Each `slmapps …` of the page, in blocks and in the text, as its words."""
    text = (DOCS / page).read_text("utf-8")
    shown = [line for block in blocks(page, "") for line in block.splitlines()]
    shown += [" ".join(each.split()) for each in re.findall(r"`(slmapps [^`]+)`", text)]
    return [line[line.index("slmapps ") :].split() for line in shown if "slmapps " in line]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_is_there_with_its_options(page):
    unknown = []
    for words in commands(page):
        if words[1].startswith(("'", "[")):
            continue
        command = cli.get_command(click.Context(cli), words[1])
        known = {name for each in command.params for name in each.opts} if command else set()
        unknown += [
            (words[1], word) for word in words[2:] if word[:2] == "--" and word not in known
        ]
        assert command is not None, words
    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_belongs_to_a_command_or_to_torchrun(page):
    text = (DOCS / page).read_text("utf-8")
    named = set(re.findall(r"`(--[a-z-]+)", text))
    known = {
        name
        for command in ("pretrain", "prune", "evaluate", "write")
        for each in cli.get_command(click.Context(cli), command).params
        for name in each.opts
    }
    assert named <= known


@pytest.mark.parametrize("page", PAGES)
def test_every_name_of_ours_that_is_imported_exists(page):
    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("slmapps"):
                try:
                    module = importlib.import_module(node.module)
                except ImportError as error:
                    pytest.skip(f"needs {error.name}: pip install 'slmapps[train]'")
                for each in node.names:
                    assert hasattr(module, each.name), f"{node.module} has no {each.name}"


def test_the_options_of_generating_are_those_that_are_documented():
    import inspect

    from slmapps.backbone.writer import Writer

    page = (DOCS / "writer.md").read_text("utf-8")
    table = page[page.index("| option | |") :].split("\n\n")[0]
    documented = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)))
    )
    taken = set(inspect.signature(Writer.generate).parameters) - {"self", "prompts"}
    assert documented == taken
