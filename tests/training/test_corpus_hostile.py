"""What cannot be read is refused with the place and the cure; nothing is guessed or skipped."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import zipfile

import pytest

from slmapps.training.corpus import CorpusError, read_corpus


def zipped():
    with io.BytesIO() as held:
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("a.txt", "Text.")
        return held.getvalue()


PACKED = lzma.compress(os.urandom(4000).hex().encode())
CASES = {
    "empty": (b"", "holds no text"),
    "only separators": (b"<|endoftext|>\n" * 5, "holds no text"),
    "only blanks": (b" \n\n\t\n", "holds no text"),
    "a PDF": (b"%PDF-1.7\n1 0 obj", "is a PDF, not text. Turn it into plain text"),
    "a ZIP": (zipped(), "is a ZIP archive"),
    "a picture inside xz": (lzma.compress(b"\x89PNG\r\n\x1a\n0000"), "is a picture"),
    "UTF-16": ("Mira waits.".encode("utf-16"), "is UTF-16. Save it as UTF-8"),
    "a zero": (b"Fine.\nNot \0 fine.", "byte 10 is zero"),
    "Latin-1": (b"First line.\nA caf\xe9 by the sea.\n", "line 2, byte 17 cannot be read. Save it"),
    "cut in a character": ("Fine. é".encode()[:-1], "line 1, byte 6 "),
    "surrogates in UTF-8": (b"A \xed\xa0\x80.", "byte 2 "),
    "xz cut short": (PACKED[:-20], "damaged or cut short: .* Fetch it again"),
    "xz with a wrong byte": (PACKED[:300] + b"\0\0\0\0" + PACKED[304:], "damaged"),
    "gz cut short": (gzip.compress(os.urandom(500).hex().encode())[:-12], "damaged or cut short"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_is_no_text_is_refused(tmp_path, case):
    content, reason = CASES[case]
    (tmp_path / "story.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=f"story.txt.*{reason}"):
        read_corpus([tmp_path / "story.txt"])


LINES = {
    "broken": ('{"text": "fine"}\n\n{"text": "bro\n', "line 3: no JSON object .*Mend or delete"),
    "no object": ('["text"]\n', "line 1: no text .*no object but list"),
    "no such field": ('{"body": "x", "id": 3}', r"'text' \(it has body, id\).*--text-field"),
    "no string": ('{"text": 3}', r"no text in the field 'text'"),
    "no turns": ('{"messages": "hello"}', r"it has messages"),
    "half a pair": (r'{"text": "Mira \ud83d waits."}', r"\\ud83d, half a surrogate pair, after"),
    "too deep": ('{"text": ' + "[" * 100_000, "line 1: no JSON object"),
    "a monstrous number": ('{"text": ' + "9" * 5_000 + "}", "line 1: no JSON object"),
    "empty": ('{"text": ""}\n', "holds no text"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_broken_json_line_is_named_by_its_number(tmp_path, case):
    content, reason = LINES[case]
    (tmp_path / "rows.jsonl").write_text(content)
    with pytest.raises(CorpusError, match=f"rows.jsonl.*{reason}"):
        read_corpus([tmp_path / "rows.jsonl"])


def test_the_byte_is_counted_over_lines_and_pieces_of_lines(tmp_path, monkeypatch):
    monkeypatch.setattr("slmapps.training.reading._LINE", 5)
    content = "Grüße, é und ü.\nzweite".encode() + b" \xff Zeile"
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=f"line 2, byte {content.index(0xFF)} "):
        read_corpus([tmp_path / "a.txt"])


def test_a_bomb_of_zeros_is_refused_before_it_fills_the_memory(tmp_path):
    with lzma.open(tmp_path / "bomb.txt.xz", "wb", preset=0) as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises(CorpusError, match="byte 0 is zero"):
            read_corpus([tmp_path / "bomb.txt.xz"])
        assert tracemalloc.get_traced_memory()[1] < 48 << 20
    finally:
        tracemalloc.stop()


def test_paths_that_lead_nowhere_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    for path, reason in {
        tmp_path / "none.txt": "is not there",
        tmp_path / "empty": "holds no text files. Put some there: .txt",
        tmp_path / "round.txt": "is no file or folder",
        tmp_path: "round.txt cannot be read",
    }.items():
        with pytest.raises(CorpusError, match=reason):
            read_corpus([path])
    with pytest.raises(CorpusError, match="at least one"):
        read_corpus([])


def test_a_missing_text_file_is_not_taken_for_a_dataset():
    with pytest.raises(CorpusError, match=r"stories/none\.txt is not there"):
        read_corpus(["stories/none.txt"])


@pytest.mark.parametrize("share", [-0.1, 0.6, float("nan")])
def test_a_share_held_out_has_bounds(tmp_path, share):
    (tmp_path / "a.txt").write_text("Text.")
    with pytest.raises(CorpusError, match=r"between 0 and 0\.5"):
        read_corpus([tmp_path / "a.txt"], held_out=share)
