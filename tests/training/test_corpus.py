"""Documents come out of files as they are, on one side of the split, with what the card needs."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import random
import sys

import pytest

from slmapps.training import reading
from slmapps.training.corpus import CorpusError, read_corpus, share_of

END = "\n<|endoftext|>\n"
WORDS = [
    "boat",
    "lamp",
    "salt",
    "rope",
    "keel",
    "wind",
    "harbour",
    "letter",
    "captain",
    "stove",
    "map",
    "night",
    "bell",
    "crew",
    "oar",
]


def scene(seed, words=60):
    chance = random.Random(seed)
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def all_of(corpus, source=0):
    return [*corpus.training(source), *corpus.held_out(source)]


def test_a_line_of_its_own_separates_documents_and_nothing_else_does(tmp_path):
    file = tmp_path / "plays.txt"
    file.write_text(
        "One.\n\nStill <|endoftext|> one.\n<|endoftext|>\n\n<|endoftext|>\r\nTwo.\r\nEnd.\n"
    )
    corpus = read_corpus([file], held_out=0)
    assert corpus.training(0) == ("One.\n\nStill <|endoftext|> one.", "Two.\nEnd.")
    assert corpus.held_out(0) == ()


@pytest.mark.parametrize(("ending", "pack"), [("xz", lzma.open), ("gz", gzip.open)])
def test_packed_text_reads_as_plain_text_does(tmp_path, ending, pack):
    text = END.join(["Café at night.", "The sea — grey.", ""])
    (tmp_path / "a.txt").write_text(text, "utf-8")
    with pack(tmp_path / f"b.txt.{ending}", "wt", encoding="utf-8") as file:
        file.write(text)
    plain, packed = (read_corpus([p], held_out=0) for p in sorted(tmp_path.iterdir()))
    assert plain.training(0) == packed.training(0) == ("Café at night.", "The sea — grey.")
    assert packed.sources[0].name == "b"


def test_a_packed_file_is_known_by_what_it_holds(tmp_path):
    (tmp_path / "a.txt").write_bytes(lzma.compress(b"Inside."))
    assert read_corpus([tmp_path / "a.txt"], held_out=0).training(0) == ("Inside.",)


def test_text_is_composed_and_loses_its_mark(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffCafe\u0301".encode())
    assert read_corpus([tmp_path / "a.txt"], held_out=0).training(0) == ("Café",)


def test_json_lines_give_a_field_or_their_messages(tmp_path):
    rows = [
        {"text": "Plain."},
        {"messages": [{"role": "user", "content": "Who?"}, {"role": "Odo", "content": "Me."}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Parts."}]}]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    got = read_corpus([tmp_path / "a.jsonl"], held_out=0).training(0)
    assert got == ("Plain.", "user: Who?\nOdo: Me.", "user: Parts.")
    (tmp_path / "b.jsonl").write_text('{"body": "Other field."}')
    got = read_corpus([tmp_path / "b.jsonl"], text_field="body", held_out=0)
    assert got.training(0) == ("Other field.",)


def test_a_folder_gives_its_text_files_once_and_in_order(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("b.txt", "deep/er/a.md", "deep/c.jsonl", "README.txt", ".hidden/x.txt", "y.png"):
        text = json.dumps({"text": f"In {name}"}) if name.endswith("l") else f"In {name}"
        (tmp_path / name).write_text(text)
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    (tmp_path / "again.txt").symlink_to(tmp_path / "b.txt")
    corpus = read_corpus([tmp_path, tmp_path / "b.txt"], held_out=0)
    got = [corpus.training(n)[0] for n in range(len(corpus.sources))]
    assert got == ["In b.txt", "In deep/c.jsonl", "In deep/er/a.md"]


def test_a_linked_folder_is_read(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.txt").write_text("Far away.")
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far")
    assert read_corpus([tmp_path / "near"], held_out=0).training(0) == ("Far away.",)


def test_files_of_one_name_are_told_apart(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "part.txt").write_text(f"From {folder}.")
    names = [source.name for source in read_corpus([tmp_path], held_out=0).sources]
    assert names == ["part", "two/part.txt"]


def test_what_is_held_out_hangs_on_the_document_alone(tmp_path):
    documents = [scene(seed) for seed in range(400)]
    (tmp_path / "a.txt").write_text(END.join(documents))
    (tmp_path / "b.txt").write_text(END.join(reversed(documents[:200])))
    whole, half = (read_corpus([tmp_path / n], held_out=0.1) for n in ("a.txt", "b.txt"))
    assert set(whole.held_out(0)) == {text for text in documents if share_of(text) < 0.1}
    assert set(half.held_out(0)) == set(whole.held_out(0)) & set(documents[:200])
    assert not set(whole.held_out(0)) & set(whole.training(0))
    assert 15 < len(whole.held_out(0)) < 70
    digest = hashlib.blake2b("Mira — waits.".encode(), digest_size=8, person=b"held-out").digest()
    assert share_of("Mira — waits.") == int.from_bytes(digest, "big") / 2**64


def test_a_source_is_counted_for_the_card(tmp_path):
    documents = [scene(seed) for seed in range(200)]
    file = tmp_path / "plays.txt"
    file.write_text(END.join([*documents, documents[3]]))
    told = []
    corpus = read_corpus([file], held_out=0.1, progress=lambda name, n: told.append((name, n)))
    source = corpus.sources[0]
    assert (source.name, source.path) == ("plays", str(file))
    assert source.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (source.documents + source.held_out, source.dropped) == (200, 1)
    assert source.held_out == len(corpus.held_out(0)) > 0
    assert source.words == 60 * source.documents
    assert source.bytes == sum(len(text.encode()) for text in corpus.training(0))
    assert told == [("plays", 201)]


def test_doubles_go_once_and_the_first_stays(tmp_path):
    text, near = scene(1, 300), scene(1, 300).replace("boat", "ship", 2)
    (tmp_path / "a.txt").write_text(END.join([text, text.replace(" ", "\n"), scene(2, 300)]))
    (tmp_path / "b.txt").write_text(END.join([near, scene(3, 300)]))
    corpus = read_corpus([tmp_path], held_out=0)
    assert corpus.training(0) == (text, scene(2, 300))
    assert corpus.training(1) == (scene(3, 300),)
    assert [source.dropped for source in corpus.sources] == [1, 1]
    assert len(all_of(read_corpus([tmp_path], deduplicate=False, held_out=0))) == 3


def test_a_file_of_nothing_but_doubles_is_told_in_its_numbers(tmp_path):
    (tmp_path / "a.txt").write_text("Once.")
    (tmp_path / "b.txt").write_text("Once.")
    corpus = read_corpus([tmp_path], held_out=0)
    assert [(s.documents, s.dropped) for s in corpus.sources] == [(1, 0), (0, 1)]


def test_a_book_is_cut_at_its_paragraphs_and_loses_nothing(tmp_path):
    paragraphs = [scene(seed, 200) for seed in range(300)]
    (tmp_path / "book.txt").write_text("\n\n".join(paragraphs))
    parts = read_corpus([tmp_path / "book.txt"], held_out=0).training(0)
    assert len(parts) > 2
    assert max(map(len, parts)) <= reading.LONGEST
    assert "\n\n".join(parts).split("\n\n") == paragraphs


def test_a_document_without_any_break_is_cut_all_the_same(tmp_path):
    (tmp_path / "a.txt").write_text("ab" * reading.LONGEST)
    parts = read_corpus([tmp_path / "a.txt"], held_out=0, deduplicate=False).training(0)
    assert "".join(parts) == "ab" * reading.LONGEST
    assert max(map(len, parts)) == reading.LONGEST


def test_a_character_at_the_seam_of_a_long_line_stays_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_LINE", 7)
    (tmp_path / "a.txt").write_text("é—😀" * 20 + "\nNext.", "utf-8")
    assert read_corpus([tmp_path / "a.txt"], held_out=0).training(0) == ("é—😀" * 20 + "\nNext.",)


def test_a_licence_is_said_or_stands_in_the_manifest_or_is_unknown(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"In {name}.")
    entry = {"sources": [{"licence": "MIT"}, {"licence": "CC0-1.0"}, {"licence": "MIT"}]}
    listed = {"first": {"file": "a.txt", **entry}, "c.txt": {"license": "ISC"}}
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    corpus = read_corpus([tmp_path], held_out=0, licences={"c": "Apache-2.0"})
    assert [s.licence for s in corpus.sources] == ["MIT; CC0-1.0", "unknown", "Apache-2.0"]
    (tmp_path / "manifest.json").write_text('{"licence": "CC-BY-4.0"}')
    assert {s.licence for s in read_corpus([tmp_path], held_out=0).sources} == {"CC-BY-4.0"}
    (tmp_path / "manifest.json").write_text("[" * 200_000)
    assert {s.licence for s in read_corpus([tmp_path], held_out=0).sources} == {"unknown"}


def test_a_licence_for_what_is_not_read_is_a_mistake(tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    with pytest.raises(CorpusError, match=r"given for b, which is not read. There is: a"):
        read_corpus([tmp_path], held_out=0, licences={"b": "MIT"})


def test_without_the_library_a_dataset_is_refused_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)  # as where it is not installed
    (tmp_path / "dataset_info.json").write_text("{}")
    for spec in (tmp_path, "owner/stories"):
        with pytest.raises(CorpusError, match="pip install datasets"):
            read_corpus([spec])


def test_a_saved_dataset_gives_its_rows(tmp_path):
    datasets = pytest.importorskip("datasets")
    rows = {"text": [*(f"The {n} ferry left.\r\nNobody waved." for n in range(20)), None, ""]}
    datasets.Dataset.from_dict(rows).save_to_disk(str(tmp_path / "saved"))
    corpus = read_corpus([tmp_path / "saved"], held_out=0)
    assert len(corpus.training(0)) == 20
    assert corpus.training(0)[0] == "The 0 ferry left.\nNobody waved."
    with pytest.raises(CorpusError, match="no field 'body' but text"):
        read_corpus([tmp_path / "saved"], text_field="body")


def test_of_a_prompt_and_its_target_the_target_is_learnt(tmp_path):
    rows = [
        {"prompt": "[play]\nOdo: Who?\nMira:", "target": " Me.\n"},
        {"prompt": "[play]\nOdo: Why?\nMira:", "target": " So.\n", "read_only": [[0, 7]]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    first, second = read_corpus([tmp_path / "a.jsonl"], held_out=0).training(0)
    assert first == "[play]\nOdo: Who?\nMira: Me.\n"
    assert first.read_only == ((0, 22),)
    assert second.read_only == ((0, 7),)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"prompt": "Mira:", "target": " \n"}, "line 1: the target is empty"),
        ({"prompt": "Mira:", "target": " No.", "read_only": [[4, 2]]}, "does not lie in the text"),
        ({"prompt": "Mira:", "target": " No.", "read_only": [[0, 99]]}, "does not lie in the text"),
        ({"prompt": "Mira:", "target": " No.", "read_only": "all"}, "does not lie in the text"),
        ({"prompt": "Mira:", "target": " e\u0301", "read_only": [[0, 2]]}, "normal form C"),
        ({"prompt": "Mira:", "target": " \ud800."}, "half a surrogate pair"),
    ],
)
def test_marks_that_cannot_be_used_are_named_with_the_line(tmp_path, row, said):
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(CorpusError, match=said):
        read_corpus([tmp_path / "a.jsonl"], held_out=0)
