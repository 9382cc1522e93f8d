"""The train page: runs are found on the disk, a training outlives what began it, and the page says where it stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from streamlit.testing.v1 import AppTest

from slmapps_ui import new_training, plots, training_log, training_runs
from slmapps_ui.training_runs import Order
from tests.ui.test_pages import page, shown

TRAIN = "slmapps_ui.train:render"


def row(step, loss, seconds=None, **more):
    return {
        "step": step,
        "tokens": step * 1024,
        "loss": loss,
        "rate": 1e-3,
        "done": (step - 1) / 100,
        "seconds": step * 2.0 if seconds is None else seconds,
        "tokens_per_second": 512.0,
        **more,
    }


def recorded(home, name, *, status, steps=40, **facts):
    """A run as the training leaves it: its log and what it says of itself."""
    out = home / "models" / name
    out.mkdir(parents=True)
    log = "".join(json.dumps(row(n, 6 - n / 20)) + "\n" for n in range(1, steps + 1))
    (out / "log.jsonl").write_text(log)
    run = {
        "status": status,
        "process": 2**22 + 7,  # more than Linux gives out
        "settings": {"tokens": 102_400, "minutes": None},
        "parameters": 2_470_000,
        "plan": {"start": "random"},
        **facts,
    }
    (out / "run.json").write_text(json.dumps(run))
    return out


def finished(home, name="tales"):
    out = recorded(
        home,
        name,
        status="done",
        outcome={
            "parameters": 2_470_000,
            "tokens": 102_400,
            "seconds": 200.0,
            "loss": 4.0,
            "bits_per_byte": [
                {"source": "a", "bits_per_byte": 1.0, "bytes": 300, "documents": 3},
                {"source": "b", "bits_per_byte": 2.0, "bytes": 100, "documents": 1},
            ],
        },
    )
    (out / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    (out / "model.safetensors").write_bytes(b"")
    (out / "README.md").write_text(
        "---\nlibrary_name: transformers\n---\n\n# tales\n\n![loss](loss.svg)\n\nParents: none.\n"
    )
    return out


def order(home, name="tales", **changed):
    text = home / "tales.txt"
    if not text.exists():
        text.write_text("\n<|endoftext|>\n".join(f"Tale {n} of a kettle." for n in range(50)))
    asked = {"corpus": (str(text),), "start": "random", "size": "1M", "minutes": None}
    return Order(**{"name": name, "tokens": 2_000_000, **asked, **changed})


@pytest.fixture
def tidy(home):
    """End what a test has begun."""
    yield
    for run in training_runs.runs():
        if run.process is not None:
            os.kill(run.process, signal.SIGKILL)


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, [run.said for run in training_runs.runs()]
        time.sleep(0.1)


def test_without_a_model_the_page_explains_what_to_do(shelves):
    said = shown(page(TRAIN).run())
    assert "Put in text" in said
    assert "Start training" in said


def test_the_router_leads_to_the_page(shelves):
    from slmapps_ui.launch import APP

    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    assert not app.exception
    assert "train" in app.session_state["pages"]


def test_without_the_training_libraries_the_page_says_how_to_get_them(shelves, home, monkeypatch):
    finished(home)
    monkeypatch.setattr(new_training, "find_spec", lambda name: None if name == "torch" else name)
    app = page(TRAIN).run()
    assert "Training needs torch" in app.warning[0].value
    assert "slmapps[train]" in app.code[0].value
    assert "Start training" not in shown(app)
    assert "Write" in shown(app), "what is trained already can be tried"


def test_a_start_whose_weights_are_not_there_cannot_be_chosen_and_says_why(
    shelves, monkeypatch, tmp_path
):
    from slmapps.backbone import four_bit

    monkeypatch.setattr(four_bit, "SHIPPED", tmp_path)
    app = page(TRAIN).run()
    app.radio(key="train:from").set_value("writer").run()
    assert "writer's weights are not in" in app.warning[0].value
    assert app.button(key="train:start").disabled


def test_starting_without_text_says_what_is_missing(shelves):
    app = page(TRAIN).run()
    app.button(key="train:start").click().run()
    assert "There is no text yet" in app.error[0].value
    assert training_runs.runs() == []


@pytest.mark.parametrize(
    ("changed", "cure"),
    [
        ({"name": "../up"}, "begins with a letter"),
        ({"name": ""}, "begins with a letter"),
        ({"corpus": ("/nowhere/at/all",)}, "check the path"),
        ({"tokens": None}, "more than nothing"),
    ],
)
def test_what_cannot_be_trained_is_named_and_nothing_is_begun(home, changed, cure):
    problems = training_runs.begin(order(home, **changed))
    assert any(cure in each for each in problems)
    assert training_runs.runs() == []
    assert not (home / "training").exists()


def test_a_name_that_is_taken_is_refused(home):
    finished(home)
    assert "already" in training_runs.begin(order(home))[0]


def test_a_finished_run_shows_its_figures_card_and_the_box_to_try_it(shelves, home):
    finished(home)
    said = shown(page(TRAIN).run())
    assert "2.47M" in said
    assert "1.250" in said, "bits per byte are weighed by bytes"
    assert "Parents: none." in said
    assert "loss.svg" not in said
    assert "library_name" not in said
    assert "Write" in said


def test_a_killed_run_is_stopped_and_says_from_where_it_goes_on(shelves, home):
    out = recorded(home, "tales", status="running")
    said = page(TRAIN).run()
    assert "No checkpoint was written yet" in said.info[0].value
    (out / "checkpoint").mkdir()
    (out / "checkpoint" / "state.json").write_text("{}")
    said = page(TRAIN).run()
    assert "from its last checkpoint" in said.info[0].value
    assert "40% of 102k tokens" in said.info[0].value


def test_of_a_failed_run_the_page_says_what_the_program_said(shelves, home):
    recorded(home, "tales", status="failed")
    own = home / "training" / "tales"
    own.mkdir(parents=True)
    (own / "output.txt").write_text("Training …\nError: the loss is nan; lower the rate\n")
    app = page(TRAIN).run()
    assert "the loss is nan" in app.error[0].value


def test_a_name_of_a_folder_is_text_and_never_markup(shelves, home):
    out = finished(home, "a.b-c_d")
    (out / "run.json").write_text(
        json.dumps({"status": "done", "plan": {"start": "x/<img src=y>"}})
    )
    assert "<img" not in shown(page(TRAIN).run())


def test_deleting_takes_the_model_and_its_text(shelves, home):
    finished(home)
    (home / "training" / "tales" / "corpus").mkdir(parents=True)
    app = page(TRAIN).run()
    app.button(key="train:delete:tales").click().run()
    assert training_runs.runs() == []
    assert not (home / "training" / "tales").exists()


def test_the_log_is_read_on_from_where_it_was_and_half_a_line_waits(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(row(1, 5.0)) + "\n" + json.dumps(row(2, 4.0))[:20])
    assert [each["step"] for each in training_log.steps(log)] == [1]
    log.write_text(json.dumps(row(1, 5.0)) + "\n" + json.dumps(row(2, 4.0)) + "\n")
    assert [each["step"] for each in training_log.steps(log)] == [1, 2]


def test_after_a_resume_the_steps_that_are_done_again_stand_there_once(tmp_path):
    log, other = tmp_path / "log.jsonl", tmp_path / "other"
    log.write_text("".join(json.dumps(row(n, 5.0)) + "\n" for n in range(1, 9)))
    assert len(training_log.steps(log)) == 8
    other.write_text("".join(json.dumps(row(n, 4.0)) + "\n" for n in (1, 2, 3)))
    other.replace(log)
    with log.open("a") as file:
        file.write("".join(json.dumps(row(n, 3.0)) + "\n" for n in range(4, 12)))
    assert [each["step"] for each in training_log.steps(log)] == list(range(1, 12))


def test_the_time_left_comes_from_the_budget(home):
    recorded(home, "tales", status="running", steps=50)
    run = training_runs.look("tales")
    now = training_log.progress(run, training_log.steps(run.log))
    assert now.share == 0.5
    assert now.left == pytest.approx(51_200 / 512)
    run.facts["settings"] = {"tokens": None, "minutes": 4}
    now = training_log.progress(run, training_log.steps(run.log))
    assert (now.share, now.left) == (pytest.approx(100 / 240), 140)


def test_a_long_curve_is_thinned_but_keeps_its_end_and_what_was_held_out():
    rows = [row(n, 5.0 - n / 5000) for n in range(1, 20_001)]
    rows[777]["held_out"] = 4.2
    frame = training_log.curve(rows)
    assert len(frame) < 600
    assert frame["tokens"].iloc[-1] == rows[-1]["tokens"]
    assert frame["held_out"].dropna().tolist() == [4.2]
    drawn = plots.loss(frame, budget=30_000_000).to_dict()
    names = {each["What"] for data in drawn["datasets"].values() for each in data}
    assert names == {"each step", "smoothed", "held out"}


def test_the_sizes_on_offer_are_those_that_can_be_trained():
    models = pytest.importorskip("slmapps.training.models", exc_type=ImportError)
    assert tuple(models.SIZES) == training_runs.SIZES


def test_uploads_are_kept_beside_the_run_with_their_licence(home, tidy, monkeypatch):
    begun = []
    monkeypatch.setattr(training_runs, "_start", lambda asked, resume: begun.append(asked))
    files = [("../a.txt", b"One."), ("a.txt", b"Two.")]
    assert training_runs.begin(order(home, corpus=()), files, "CC0-1.0") == []
    (shelf,) = begun[0].corpus
    kept = home / "training" / "tales" / "corpus"
    assert shelf == str(kept)
    assert sorted(each.name for each in kept.iterdir()) == ["2-a.txt", "a.txt", "manifest.json"]
    assert json.loads((kept / "manifest.json").read_text()) == {"licence": "CC0-1.0"}
    assert training_runs.look("tales").order == begun[0], "a later page can go on with it"


PLAN = """
import sys
from slmapps_ui import training_runs
from slmapps_ui.training_runs import Order
order = Order("tales", (sys.argv[1],), "random", "1M", None, int(sys.argv[2]), 0, 1)
print(training_runs.begin(order))
"""


def begin_elsewhere(home, start, tokens):
    """Begin a training in a process that ends at once, as a server does that is stopped."""
    text = order(home).corpus[0]
    server = start(PLAN, text, str(tokens))
    assert server.communicate(timeout=60)[0] == "[]\n"


def test_a_training_outlives_the_server_is_stopped_taken_up_and_comes_to_its_end(
    shelves, home, start, tidy
):
    pytest.importorskip("torch", reason="pip install torch==2.13.0 'slmapps[train]'")
    # So little text that its windows are short: a step takes milliseconds.
    begin_elsewhere(home, start, 4_000_000)
    assert training_runs.look("tales").alive
    until(lambda: len(training_log.steps(training_runs.look("tales").log)) > 3)
    app = page(TRAIN).run()
    assert {each.label for each in app.metric} >= {"Loss", "Tokens a second", "Time left"}
    assert app.button(key="train:start").disabled, "one at a time"
    app.button(key="train:stop").click().run()
    until(lambda: not training_runs.look("tales").alive)
    stopped = training_runs.look("tales")
    assert stopped.state == "stopped"
    before = len(training_log.steps(stopped.log))
    app = page(TRAIN).run()
    assert "from its last checkpoint" in app.info[0].value

    # The rest of it would take long: the budget is the one thing that a run may change.
    asked = home / "training" / "tales" / "order.json"
    told = json.loads(asked.read_text())
    last = training_log.steps(stopped.log)[-1]["tokens"]
    asked.write_text(json.dumps({**told, "tokens": last + last // before * 3}))
    app.button(key="train:resume").click().run()
    until(lambda: training_runs.look("tales").state == "done")
    done = training_runs.look("tales")
    assert len(training_log.steps(done.log)) >= before + 3
    assert done.complaint == ""
    assert "tales" in done.card
    assert "Write" in shown(page(TRAIN).run())


def test_a_training_that_cannot_begin_says_why_on_the_page(shelves, home, start, tidy):
    pytest.importorskip("torch", reason="pip install torch==2.13.0 'slmapps[train]'")
    (home / "tales.txt").write_bytes(b"\x00\x01\x02" * 400)
    begin_elsewhere(home, start, 100_000)
    until(lambda: not training_runs.look("tales").alive)
    app = page(TRAIN).run()
    assert training_runs.look("tales").state == "failed"
    assert "tales.txt" in app.error[0].value.replace("\\", "")
    assert app.button(key="train:resume").label == "Try again"


def test_another_program_with_the_number_of_a_training_is_not_taken_for_it(home):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        out = recorded(home, "tales", status="running", process=other.pid)
        assert not training_runs.look("tales").alive
        training_runs.stop("tales")
        assert other.poll() is None
        assert out.exists()
    finally:
        other.communicate(b"\n", timeout=20)
