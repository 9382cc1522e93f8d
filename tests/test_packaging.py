"""What is installed holds everything that runs; what is pinned is what is asked for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if "==" in line and line[0] != "#"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        yield set(archive.namelist())


@pytest.mark.parametrize(
    ("root", "package"), [(".", "slmapps"), ("plugins", "slmapps_earnings"), ("plugins", "slmapps_invoices"), ("ui", "slmapps_ui")]
)
def test_the_wheel_holds_every_file_of_the_package(wheel, root, package):
    kept = subprocess.run(
        ["git", "ls-files", f"{root}/{package}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    if not kept:
        pytest.skip("not a git checkout, so there is no list of files to compare with")
    wanted = {str(Path(path).relative_to(root)) for path in kept if (ROOT / path).exists()}
    assert wanted - wheel == set()


def test_the_wheel_holds_the_samples_and_no_test(wheel):
    assert "slmapps/data_samples/invoices/chart.csv" in wheel
    assert not [name for name in wheel if name.startswith(("tests/", "benchmarks/"))]


@pytest.mark.parametrize("package", ["slmapps", "slmapps_earnings", "slmapps_invoices", "slmapps_ui"])
def test_the_types_of_the_package_are_published(wheel, package):
    assert f"{package}/py.typed" in wheel


def test_everything_that_is_asked_for_is_pinned():
    extras = {
        name: asked for name, asked in PROJECT["optional-dependencies"].items() if name != "server"
    }
    asked = [*PROJECT["dependencies"], *(each for several in extras.values() for each in several)]
    pinned = {normal(name) for name in PINS}
    assert {normal(each) for each in asked} - pinned == set()


def test_what_runs_here_is_what_is_pinned():
    other = {}
    for name, pin in PINS.items():
        try:
            here = version(name).partition("+")[0]
        except PackageNotFoundError:
            continue
        if here != pin:
            other[name] = (here, pin)
    assert other == {}, "run `make setup`, or pin anew"


def test_the_pins_name_no_place():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "@" not in text
    assert PINS["torch"] == "2.13.0"


def normal(requirement: str) -> str:
    name = requirement
    for sign in "[<>=!~; ":
        name = name.partition(sign)[0]
    return name.lower().replace("_", "-").replace(".", "-")
