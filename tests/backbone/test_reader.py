from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone.reader import Reader, load_reader
from slmapps.backbone.serving import exported
from slmapps.backbone.specimens import specimens

TEXTS = [
    "Toner cartridge for the Brennwald printer, black, 2 pcs",
    "office chairs",
    "Wartung Aufzug Oktober",
    "",
    "=cmd()|' /C calc'!A0 \x00 \U0001f600 " + "word " * 400,
    "The bridge was gone by morning, and with it the only road that led out of the valley.",
]


def torch_vectors(weights: Path, texts: list[str]) -> np.ndarray:
    torch = pytest.importorskip("torch", reason="pip install 'slmapps[train]' to compare")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer

    words = Tokenizer.from_file(str(weights / "tokenizer.json"))
    words.no_padding()
    words.enable_truncation(256)
    model = transformers.BertModel.from_pretrained(weights).eval()
    out = []
    with torch.inference_mode():
        for text in texts:
            hidden = model(torch.tensor([words.encode(text).ids])).last_hidden_state[0].mean(0)
            out.append((hidden / hidden.norm()).numpy())
    return np.stack(out)


def test_vectors_are_those_of_the_encoder_in_torch(weights: Path, reader: Reader) -> None:
    expected = torch_vectors(weights, TEXTS)
    plain = load_reader(precision="fp32", threads=1)
    assert (plain.encode(TEXTS) * expected).sum(axis=1).min() > 0.99999
    assert (reader.encode(TEXTS) * expected).sum(axis=1).min() >= 0.99


def test_int8_stays_with_fp32_on_texts_it_was_not_fitted_to(reader: Reader) -> None:
    texts = specimens(150, seed=4242)
    plain = load_reader(precision="fp32", threads=1).encode(texts)
    cosine = (reader.encode(texts) * plain).sum(axis=1)
    assert cosine.min() >= 0.99
    assert cosine.mean() >= 0.995


def test_vectors_have_length_one_and_keep_the_order_given(reader: Reader) -> None:
    vectors = reader.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), reader.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(reader.encode(TEXTS[::-1]), vectors[::-1])
    assert reader.encode([]).shape == (0, reader.dimension)


def test_a_texts_vector_does_not_depend_on_its_company(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = np.vstack([reader._encoded([text]) for text in TEXTS])
    together = reader._encoded(TEXTS + specimens(60)[:60])[: len(TEXTS)]
    assert (alone * together).sum(axis=1).min() > 0.9999


def test_more_threads_give_the_same_vectors(reader: Reader) -> None:
    texts = specimens(80, seed=3)[:80]
    two = load_reader(threads=2)
    assert np.array_equal(two._encoded(texts), reader._encoded(texts))


def test_nothing_is_encoded_twice(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"pallet wrap {n}" for n in range(20)]
    first = reader.encode(texts + texts)
    again = load_reader(threads=1)

    def refuse(texts: list[str]) -> np.ndarray:
        raise AssertionError(f"encoded again: {texts}")

    monkeypatch.setattr(again, "_encoded", refuse)
    assert np.array_equal(again.encode(texts), first[:20])
    assert np.array_equal(first[:20], first[20:])
    with pytest.raises(AssertionError, match="pallet wrap 99"):
        again.encode(["pallet wrap 99", *texts])


def test_readers_in_threads_share_one_cache(reader: Reader) -> None:
    texts = [f"window cleaning {n}" for n in range(64)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(reader.encode, [texts[n::4] for n in range(4)]))
    whole = reader.encode(texts)
    for n, part in enumerate(parts):
        assert np.array_equal(part, whole[n::4])


def test_serving_needs_no_torch(reader: Reader) -> None:
    script = (
        "import sys; from slmapps.backbone import load_reader;"
        "print(load_reader(threads=1).encode(['skip hire, March'])[0, :3]);"
        "print([m for m in ('torch', 'transformers', 'sklearn', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip().endswith("[]")


def test_two_processes_export_at_once_and_agree(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start
) -> None:
    monkeypatch.setenv("SLMAPPS_CACHE", str(tmp_path))
    script = (
        "from slmapps.backbone import load_reader;"
        "print(load_reader(threads=1).encode(['boiler repair']).tobytes().hex())"
    )
    running = [start(script) for _ in range(2)]
    outs = [process.communicate(timeout=120)[0].strip() for process in running]
    assert outs[0] == outs[1]
    assert len(outs[0]) == 384 * 8
    assert [path.suffix for path in (tmp_path / "models").iterdir()] == [".onnx"]


def test_an_export_that_was_cut_off_is_made_anew(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    ours = load_reader(threads=1)
    ours.encode(["coffee beans"])
    monkeypatch.setenv("SLMAPPS_CACHE", str(tmp_path))
    made = exported(ours.encoder, "int8")
    made.write_bytes(made.read_bytes()[:1000])
    told: list[tuple[str, int, int]] = []
    reader = load_reader(threads=1, progress=lambda *step: told.append(step))
    assert np.array_equal(reader.encode(["coffee beans"]), ours.encode(["coffee beans"]))
    assert told[0][1] == 0
    assert told[-1][1] == told[-1][2]


def test_another_encoder_with_first_token_pooling_is_served(
    weights: Path, tmp_path: Path, cache: Path, reader: Reader
) -> None:
    other = tmp_path / "other"
    shutil.copytree(weights, other)
    (other / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    found = load_reader(str(other), precision="fp32", threads=1)
    assert found.fingerprint != reader.fingerprint
    vector = found.encode(["grit for roads"])
    assert np.allclose(np.linalg.norm(vector), 1, atol=1e-5)
    assert (vector @ reader.encode(["grit for roads"]).T).item() < 0.999


def test_bad_arguments_say_what_is_wanted(reader: Reader) -> None:
    with pytest.raises(TypeError, match="a list of texts"):
        reader.encode("one text")
