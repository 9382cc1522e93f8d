"""The train page by keyboard in a real browser: start, see the curve, stop."""

from __future__ import annotations

import os
import signal

import pytest

from slmapps_ui import training_runs
from tests.ui import test_browser
from tests.ui.test_browser import address, page, put  # noqa: F401  fixtures

pytestmark = test_browser.pytestmark


@pytest.fixture(autouse=True)
def tidy(home):
    """End what the page has begun."""
    yield
    for run in training_runs.runs():
        if run.process is not None:
            os.kill(run.process, signal.SIGKILL)


def test_a_training_is_started_watched_and_stopped_by_keyboard(page, address, home):  # noqa: F811
    pytest.importorskip("torch", reason="pip install torch==2.13.0 'slmapps[train]'")
    expect = test_browser.expect
    page.goto(f"{address}/train")
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    tales = "\n<|endoftext|>\n".join(f"Tale {n} of a kettle and {n + 2} spoons." for n in range(50))
    put(page, {"tales.txt": tales.encode()})
    expect(page.get_by_text("tales.txt")).to_be_visible()
    page.get_by_text("tokens", exact=True).click()
    budget = page.get_by_label("Tokens", exact=True)
    budget.fill("3000000")
    budget.press("Enter")
    expect(budget).to_have_value("3000000")
    page.get_by_role("heading", name="Train", exact=True).click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Tokens a second")).to_be_visible(timeout=180_000)  # torch has to load
    expect(page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert training_runs.look("model-1").state == "stopped"
    assert (home / "training" / "model-1" / "corpus" / "tales.txt").read_text() == tales
