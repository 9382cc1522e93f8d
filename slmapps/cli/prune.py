"""``slmapps prune``: make a decoder smaller before it is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slmapps.cli.output import Mistake, as_json, emit, examples, progress, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmapps.training.corpus import Corpus

__all__ = ["prune"]

_STAGES = {
    "measured": "Measured the whole model",
    "layers": "Chose the layers",
    "pieces": "Trimmed the vocabulary",
    "neurons": "Narrowing the layers",
}


@click.command(
    epilog=examples(
        "slmapps prune base --vocabulary plays.txt.xz --size 20480 --width 1184 --out small",
        "slmapps prune out/model --layers 8 --text stories/ --out shallow",
        "slmapps prune base --layers 24 --greedy --vocabulary corpus/ --out small --json",
    )
)
@click.argument("model")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
@click.option("--layers", type=click.IntRange(min=1), help="Keep so many layers.")
@click.option(
    "--greedy",
    is_flag=True,
    help="Drop the layer that is missed least, then the next: slower than by block influence.",
)
@click.option(
    "--width", type=click.IntRange(min=1), help="Keep so many neurons in each layer's inner part."
)
@click.option(
    "--vocabulary",
    multiple=True,
    metavar="CORPUS",
    help="Keep the word pieces that this text uses: a file, a folder or a dataset.",
)
@click.option(
    "--size",
    type=click.IntRange(min=300),
    help="Keep so many of them, those of most use.  [default: all that are used]",
)
@click.option(
    "--text",
    multiple=True,
    metavar="CORPUS",
    help="Measure on this text what can go, and leave the vocabulary as it is.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sample of text.")
@as_json
def prune(
    model: str,
    out: Path,
    layers: int | None,
    greedy: bool,
    width: int | None,
    vocabulary: tuple[str, ...],
    size: int | None,
    text: tuple[str, ...],
    seed: int,
    json_: bool,
) -> None:
    """Make MODEL smaller: fewer layers, narrower layers, fewer word pieces.

    MODEL is a Llama-class folder, or the word `base` for the model that the writer was made from.
    Text says what can go. Part of it is held out, and the loss on that part is told before and
    after. A pruned model wants healing: go on with `slmapps pretrain CORPUS --from OUT`.
    """
    _asked_right(layers, greedy, width, vocabulary, size, text)
    if out.exists():
        raise Mistake(f"{out} is there already; name a folder that is not")
    _installed()
    from slmapps.training.pruning import prune as make_smaller

    folder = _folder(model)
    with progress("Reading the text") as tick:
        corpus = _read(vocabulary or text, tick)
    with progress("Pruning") as tick:

        def told(stage: str, done: int, whole: int) -> None:
            if done == whole:
                say(_STAGES.get(stage, stage))
            tick(done, whole)

        report = make_smaller(
            folder,
            corpus,
            out,
            layers=layers,
            width=width,
            vocabulary=_size(folder, size) if vocabulary else None,
            greedy=greedy,
            seed=seed,
            progress=told,
        )
    if json_:
        emit({"out": str(out), "report": report})
        return
    table(
        ["", ""],
        [
            ("parameters", f"{report.parameters / 1e6:,.1f}M"),
            ("layers dropped", ", ".join(map(str, report.layers_dropped)) or "none"),
            ("width", report.width),
            ("word pieces", f"{report.vocabulary:,}"),
            ("bits per byte before", f"{report.bits_per_byte_before:.4f}"),
            ("bits per byte after", f"{report.bits_per_byte_after:.4f}"),
        ],
    )
    say(f"Written to {out}. Heal it: slmapps pretrain CORPUS --from {out} --out DIR")


def _asked_right(
    layers: int | None,
    greedy: bool,
    width: int | None,
    vocabulary: Sequence[str],
    size: int | None,
    text: Sequence[str],
) -> None:
    if not (layers or width or vocabulary):
        raise Mistake("nothing to take out: give --layers N, --width I or --vocabulary CORPUS")
    if vocabulary and text:
        raise Mistake("--vocabulary measures on its own text: leave --text out")
    if size and not vocabulary:
        raise Mistake("--size needs the text whose word pieces are kept: --vocabulary CORPUS")
    if greedy and not layers:
        raise Mistake("--greedy says how layers are chosen: give --layers N too")
    if not (vocabulary or text):
        raise Mistake("what can go is measured on text: give --text CORPUS")


def _installed() -> None:
    from importlib.util import find_spec

    lacking = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if lacking:
        raise Mistake(
            f"pruning needs {' and '.join(lacking)}: pip install torch==2.13.0 'slmapps[train]'"
        )


def _folder(model: str) -> Path:
    """The folder of the model that is meant; the base is unpacked once into the cache."""
    path = Path(model).expanduser()
    if model != "base" and not path.is_file():
        lacking = [n for n in ("config.json", "tokenizer.json") if not (path / n).is_file()]
        if lacking:
            raise Mistake(
                f"{model} lacks {' and '.join(lacking)}: name a model's folder, or `base` for the"
                " model that the writer was made from"
            )
        return path
    from slmapps import places
    from slmapps.backbone.smollm import find_base, read_base, write_folder

    file = find_base(None if model == "base" else path)
    folder = places.cache() / "base" / "unpacked"
    if not (folder / "tokenizer_config.json").is_file():  # the last that is written
        say("Unpacking the base model, once on this machine …")
        write_folder(read_base(file), folder)
    return folder


def _read(paths: Sequence[str], tick: Any) -> Corpus:
    from slmapps.training.corpus import read_corpus

    # A small text may have no document below the usual share; the figures need some.
    for share in (0.015, 0.1, 0.3):
        corpus = read_corpus(
            list(paths), held_out=share, progress=lambda _name, done: tick(done, done)
        )
        if any(corpus.held_out(n) for n in range(len(corpus.sources))):
            return corpus
    raise Mistake(
        "the text is too short to hold a part of it out; give more documents, parted by lines"
        " <|endoftext|>"
    )


def _size(folder: Path, size: int | None) -> int:
    """How many pieces are kept at most; one less than all leaves out those that nobody uses."""
    import json

    whole = int(json.loads((folder / "config.json").read_text("utf-8"))["vocab_size"])
    if size is not None and size > whole:
        raise Mistake(f"{folder} has {whole} word pieces: --size {size} takes none out")
    return size or whole - 1
