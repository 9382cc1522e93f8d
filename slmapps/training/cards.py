"""A model's card: what it was made from, how, and what it is worth, written by the program.

The front matter is what model hubs read. The curve of the loss is an SVG drawn here, so that the
card needs no plotting library.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slmapps.training.corpus import Source

__all__ = ["Card", "commit_of_checkout", "loss_curve"]

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 300, 56, 36
_POINTS = 400


@dataclass(frozen=True)
class Card:
    """All that is told of a model. ``figures`` are rows of bits per byte on held-out text."""

    name: str
    kind: str
    parameters: int
    pieces: int
    parents: Sequence[str]
    sources: Sequence[Source]
    objective: str
    tokens: int
    seconds: float
    loss: float
    settings: Mapping[str, Any]
    figures: Sequence[Mapping[str, Any]]
    command: str
    commit: str | None
    teacher: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def llama(self) -> bool:
        """Whether some of the text came from a Llama model, whose licence asks to be named."""
        return any("llama" in source.licence.lower() for source in self.sources)

    @property
    def title(self) -> str:
        """The model's name, which begins with ``Llama-`` where that is asked for."""
        named = self.name.startswith("Llama-") or not self.llama
        return self.name if named else f"Llama-{self.name}"

    def text(self) -> str:
        """The card in Markdown, with front matter."""
        return "\n".join([*self._front(), *self._what(), *self._data(), *self._how()]) + "\n"

    def _front(self) -> list[str]:
        task = "fill-mask" if self.objective == "masked" else "text-generation"
        tags = ["slmapps", "small-language-model"]
        lines = ["---", "library_name: transformers", f"pipeline_tag: {task}", "language: en"]
        if self.parents and all("Apache-2.0" in parent for parent in self.parents):
            lines.append("license: apache-2.0")
        lines += ["tags:", *(f"- {tag}" for tag in tags), "---", ""]
        return lines

    def _what(self) -> list[str]:
        parents = ", ".join(self.parents) or "none: its weights were drawn at random"
        lines = [
            f"# {self.title}",
            "",
            *(["Built with Llama.", ""] if self.llama else []),
            (
                f"{self.kind}, {self.parameters:,} parameters, {self.pieces:,} word pieces. "
                f"Objective: {self.objective}."
            ),
            "",
            f"Parents: {parents}.",
        ]
        if self.teacher:
            lines.append(f"Teacher: {self.teacher}.")
        return [*lines, ""]

    def _data(self) -> list[str]:
        lines = [
            "## Data",
            "",
            "| source | licence | documents | bytes | doubles dropped | held out | sha256 |",
            "|---|---|---:|---:|---:|---:|---|",
        ]
        for source in self.sources:
            lines.append(
                f"| {_cell(source.name)} | {_cell(source.licence)} | {source.documents:,} "
                f"| {source.bytes:,} | {source.dropped:,} | {source.held_out:,} "
                f"| `{source.sha256}` |"
            )
        if any(source.licence == "unknown" for source in self.sources):
            lines += [
                "",
                (
                    "The licence of some of this text is not known: nobody has said it. Find it "
                    "out before you pass the model on."
                ),
            ]
        return [*lines, ""]

    def _how(self) -> list[str]:
        lines = [
            "## Training",
            "",
            (
                f"{self.tokens:,} tokens in {self.seconds / 60:,.1f} minutes; the loss ended at "
                f"{self.loss:.4f} nats a piece."
            ),
            "",
            "![The loss against the tokens](loss.svg)",
            "",
        ]
        if self.figures:
            lines += [
                "Held-out documents, which the training never saw:",
                "",
                "| source | bits per byte | bytes | documents |",
                "|---|---:|---:|---:|",
                *(
                    f"| {_cell(str(row['source']))} | {row['bits_per_byte']:.4f} "
                    f"| {row['bytes']:,} | {row['documents']:,} |"
                    for row in self.figures
                ),
                "",
            ]
        lines += ["```", self.command, "```", ""]
        if self.commit:
            lines += [f"Commit of slmapps: {self.commit}.", ""]
        if self.versions:
            known = ", ".join(f"{name} {version}" for name, version in self.versions.items())
            lines += [f"Made with {known}.", ""]
        said = json.dumps(dict(self.settings), indent=1, ensure_ascii=False)
        return [*lines, "Settings:", "", "```json", said, "```"]


def loss_curve(log: Path) -> str:
    """Draw the loss of ``log.jsonl`` against the tokens, as SVG; smoothed, on a plain scale."""
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.strip()]
    stride = -(-len(rows) // _POINTS) or 1
    points = [
        (
            rows[min(first + stride, len(rows)) - 1]["tokens"],
            sum(row["loss"] for row in rows[first : first + stride])
            / len(rows[first : first + stride]),
        )
        for first in range(0, len(rows), stride)
    ]
    most_x = max((x for x, _ in points), default=1)
    low = min((y for _, y in points), default=0.0)
    high = max(max((y for _, y in points), default=1.0), low + 1e-6)

    def place(x: float, y: float) -> str:
        across = _LEFT + x / most_x * (_WIDTH - _LEFT - 12)
        down = 12 + (high - y) / (high - low) * (_HEIGHT - _BOTTOM - 12)
        return f"{across:.1f},{down:.1f}"

    floor = _HEIGHT - _BOTTOM
    marks = []
    for part in range(5):
        value = low + (high - low) * part / 4
        down = place(0, value).split(",")[1]
        marks += [
            f'<line x1="{_LEFT}" y1="{down}" x2="{_WIDTH - 12}" y2="{down}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 6}" y="{down}" dy="4" text-anchor="end">{value:.2f}</text>',
            (
                f'<text x="{place(most_x * part / 4, low).split(",")[0]}" y="{floor + 16}" '
                f'text-anchor="middle">{_short(most_x * part / 4)}</text>'
            ),
        ]
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
                f'font-family="sans-serif" font-size="11" fill="#444">'
            ),
            "<title>Loss in nats a piece against tokens</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            *marks,
            (
                f'<polyline fill="none" stroke="#2a6fb0" stroke-width="1.8" '
                f'points="{" ".join(place(x, y) for x, y in points)}"/>'
            ),
            f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle">tokens</text>',
            "</svg>",
            "",
        ]
    )


def commit_of_checkout() -> str | None:
    """The commit of the checkout that this program runs from; None outside of one."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        head, changes = (
            subprocess.run(
                ["git", *command],
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
                timeout=20,
            ).stdout.strip()
            for command in (
                ("rev-parse", "HEAD"),
                ("status", "--porcelain", "--untracked-files=no"),
            )
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{head} with changes" if changes else head


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}"
