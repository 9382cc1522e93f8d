"""``slmapps evaluate``: what a language model is worth, on text, on minimal pairs, in samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from slmapps.cli.output import Mistake, as_json, emit, examples, progress, say, table

if TYPE_CHECKING:
    from slmapps.training.evaluation import LanguageModel

__all__ = ["evaluate"]

_FILE = click.Path(exists=True)
TOKENS = 120


class _Lists(click.Command):
    """Takes ``--text A B`` for ``--text A --text B`` where MODEL stands first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the option's name before each of its values."""
        lists = {name for each in self.params if each.multiple for name in each.opts}
        if not args or args[0].startswith("-"):
            return super().parse_args(ctx, args)
        spread, current = [], None
        for arg in args:
            if arg.startswith("-"):
                current = arg if arg in lists else None
                taken = False
            elif current and taken:
                spread.append(current)
            spread.append(arg)
            taken = current is not None and arg != current
        return super().parse_args(ctx, spread)


@click.command(
    cls=_Lists,
    epilog=examples(
        "slmapps evaluate writer --text plays.txt chat.txt.xz",
        "slmapps evaluate out/model --pairs agreement.jsonl --json",
        "slmapps evaluate out/model --text held-out/ --samples 100 --overlap corpus.txt.xz",
    ),
)
@click.argument("model")
@click.option("--text", multiple=True, type=_FILE, help="Text to read: bits per byte of each file.")
@click.option("--pairs", multiple=True, type=_FILE, help="Minimal pairs, JSONL.")
@click.option(
    "--samples",
    type=click.IntRange(1, 10_000),
    help="Draw so many samples of 120 tokens, seeds 1, 2, …; they go on from the texts of --text.",
)
@click.option(
    "--overlap",
    multiple=True,
    type=_FILE,
    help="Training text: the longest stretch that each sample shares with it.",
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "int8", "int4"]),
    help="Serve the model so.  [default: a folder in fp32, the writer as it is shipped]",
)
@as_json
def evaluate(
    model: str,
    text: tuple[str, ...],
    pairs: tuple[str, ...],
    samples: int | None,
    overlap: tuple[str, ...],
    precision: Any,
    json_: bool,
) -> None:
    """Measure MODEL: a folder of weights, or the word `writer` for the shipped one.

    \b
    --text     bits per UTF-8 byte: each document alone, behind <|endoftext|>, in windows of 1,024
               tokens that overlap by half. Documents in a file are parted by lines <|endoftext|>.
    --pairs    the share of lines whose sentence_good is likelier than their sentence_bad.
    --samples  repeated 4-grams and distinct-n; with --text beside those of the text itself.
    """  # noqa: D301  \b is click's mark for lines that are kept as they are
    if not (text or pairs or samples):
        raise Mistake("nothing to measure: give --text FILE, --pairs FILE or --samples N")
    if overlap and not samples:
        raise Mistake("--overlap compares samples with their training text: give --samples N too")
    from slmapps.training.evaluation import read_pairs
    from slmapps.training.evaluation.models import load

    read = {path: _documents(path) for path in text}
    judged = [pair for path in pairs for pair in read_pairs(path)]
    loaded = load(model, precision=precision)
    answer: dict[str, Any] = {"text": [], "pairs": None, "samples": None}
    for path, documents in read.items():
        answer["text"].append(_text(loaded, path, documents))
    figure = None
    if judged:
        from slmapps.training.evaluation import judge

        with progress("Judging pairs") as tick:
            figure = judge(loaded, judged, progress=tick)
        answer["pairs"] = {"accuracy": figure.accuracy, "n": figure.n}
    if samples:
        everything = [each for documents in read.values() for each in documents]
        answer["samples"] = _samples(loaded, everything, samples, overlap)
    if json_:
        emit(answer)
        return
    table(
        ["file", "bits per byte", "bytes", "documents"],
        [
            (row["file"], f"{row['bits_per_byte']:.4f}", row["bytes"], row["documents"])
            for row in answer["text"]
        ],
    )
    if figure is not None:
        rows = [(kind, f"{share:.3f}", n) for kind, (share, n) in figure.by.items()]
        table(["pairs", "right", "of"], [*rows, ("all", f"{figure.accuracy:.4f}", figure.n)])
    if answer["samples"]:
        table(["samples", ""], [*answer["samples"].items()])


def _documents(path: str) -> Sequence[str]:
    from slmapps.training.corpus import read_corpus

    corpus = read_corpus([path], deduplicate=False, held_out=0.0)
    return [each for n in range(len(corpus.sources)) for each in corpus.training(n)]


def _text(model: LanguageModel, path: str, documents: Sequence[str]) -> dict[str, Any]:
    from dataclasses import asdict

    from slmapps.training.evaluation import bits_per_byte

    lost = sum(model.decode(model.encode(each)) != each for each in documents)
    if lost:
        say(
            f"{path}: the tokenizer does not give {lost} of {len(documents)} documents back as"
            " they were, so that its bits per byte are too low"
        )
    with progress(f"Reading {path}") as tick:
        return asdict(bits_per_byte(model, documents, file=path, progress=tick))


def _samples(
    model: LanguageModel, documents: Sequence[str], count: int, overlap: Sequence[str]
) -> dict[str, Any]:
    from dataclasses import asdict

    from slmapps.training.evaluation.samples import drawn, likeness, openings

    prompts = [""] * count
    followed: list[str] = []
    if documents:
        try:
            found = openings(model, documents, count, TOKENS)
        except ValueError as error:
            say(f"{error} The samples go on from nothing.")
        else:
            prompts, followed = [each.prompt for each in found], [each.followed for each in found]
    with progress("Writing samples") as tick:
        written = drawn(model, prompts, tokens=TOKENS, progress=tick)
    figure = likeness(written)
    answer: dict[str, Any] = {**asdict(figure), "tokens": TOKENS}
    if followed:
        answer["text"] = asdict(likeness(followed, figure.words))
    if overlap:
        from slmapps.training.evaluation.overlap import longest_overlaps

        stretches = longest_overlaps(written, (_documents(path) for path in overlap))
        answer["longest_overlap"] = max(stretches)
        answer["overlap_under_60"] = sum(each < 60 for each in stretches) / len(stretches)
    return answer
