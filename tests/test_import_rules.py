"""Who may know whom, read from the source; and what an import may load, tried in a fresh process."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = sorted(path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists())
PACKAGES = {
    "slmapps": ROOT / "slmapps",
    "slmapps_ui": ROOT / "ui" / "slmapps_ui",
    **{app: ROOT / "plugins" / app for app in APPS},
}
OWN = set(PACKAGES)


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere in it, inside functions and `if TYPE_CHECKING` too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def sources(package: str) -> list[Path]:
    return sorted(PACKAGES[package].rglob("*.py"))


def offenders(package: str, forbidden: set[str], exempt: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {', '.join(sorted(tops(path) & forbidden))}"
        for path in sources(package)
        if path.name not in exempt and tops(path) & forbidden
    ]


def test_the_library_knows_no_application_no_page_and_no_streamlit():
    assert offenders("slmapps", (OWN - {"slmapps"}) | {"streamlit", "altair"}) == []


@pytest.mark.parametrize("app", APPS)
def test_an_application_knows_no_other_application(app):
    assert offenders(app, OWN - {"slmapps", "slmapps_ui", app}) == []


@pytest.mark.parametrize("app", APPS)
def test_only_the_page_of_an_application_knows_streamlit_and_the_suites_widgets(app):
    pages = tuple(
        path.name for path in sources(app) if path.stem == "page" or path.stem.startswith("page_")
    )
    assert offenders(app, {"streamlit", "altair", "slmapps_ui"}, exempt=pages) == []


def test_the_pages_of_the_suite_reach_applications_only_through_hooks():
    assert offenders("slmapps_ui", set(APPS)) == []


def test_no_relative_import_hides_who_knows_whom():
    relative = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in sources(package)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_no_pickle_is_ever_loaded():
    everywhere = [path for package in PACKAGES for path in sources(package)]
    assert [
        str(path) for path in everywhere if tops(path) & {"pickle", "joblib", "dill", "shelve"}
    ] == []
    loads = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in everywhere
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and any(
            word.arg == "allow_pickle" and getattr(word.value, "value", True)
            for word in node.keywords
        )
    ]
    assert loads == []


def test_every_library_that_is_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    declared = {normal(name) for name in asked}
    homes = packages_distributions()
    undeclared = {
        f"{top} in {path.relative_to(ROOT)}"
        for package in PACKAGES
        for path in sources(package)
        for top in tops(path) - OWN - set(sys.stdlib_module_names)
        if not {normal(home) for home in homes.get(top, [top])} & declared
    }
    assert undeclared == set()


def normal(requirement: str) -> str:
    name = requirement
    for sign in "[<>=!~; ":
        name = name.partition(sign)[0]
    return name.lower().replace("_", "-").replace(".", "-")


def loaded_after(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(answer.stdout.split())


HEAVY = {
    "torch",
    "transformers",
    "streamlit",
    "onnxruntime",
    "sklearn",
    "pandas",
    "lxml",
    "pypdfium2",
    "sqlalchemy",
}


def test_importing_the_desk_loads_nothing_heavy():
    assert loaded_after("import slmapps_invoices") & HEAVY == set()


def test_loading_the_plugins_and_their_commands_loads_nothing_heavy():
    statement = (
        "from slmapps.cli.root import cli; import click; cli.list_commands(click.Context(cli))"
    )
    assert loaded_after(statement) & (HEAVY | {"numpy", "rich"}) == set()


def test_reading_an_invoice_loads_no_model():
    assert (
        loaded_after("from slmapps_invoices import read_invoice")
        & {"torch", "streamlit", "onnxruntime", "sklearn"}
        == set()
    )


def test_the_coder_needs_neither_torch_nor_streamlit():
    assert (
        loaded_after("from slmapps_invoices import Coder") & {"torch", "transformers", "streamlit"}
        == set()
    )
