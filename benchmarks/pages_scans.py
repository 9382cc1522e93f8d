"""Documents as scanners and cameras give them: pictures of pages with their faults.

Design choices:

* Half of the documents are ZUGFeRD pages, spread over the corpus, half invented ones; both are the
  documents of part ``text``.
* Resolution and faults come from a fixed seed for each document: 150, 200, 250 or 300 dpi; skew,
  blur, noise, shade and JPEG by the generator's own ``degrade``. Blur grows with the resolution.
* A document of one page is a JPEG, of several a TIFF: nothing of its text is left.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pages_cases import Case, made, zugferd

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["scanned", "scans"]

_DPI = (150, 200, 250, 300)
_ZUGFERD = 70


def scans(folder: Path, count: int) -> list[tuple[str, Iterator[Case]]]:
    """Two sets of ``count`` // 2 documents as pictures."""
    half = count // 2
    return [
        ("scanned ZUGFeRD pages", (scanned(case) for case in _spread(folder, half))),
        ("scanned held-out layouts", (scanned(case) for case in made(half))),
    ]


def _spread(folder: Path, count: int) -> Iterator[Case]:
    """``count`` documents at equal distances, those of other contents first."""
    cases = list(zugferd(folder))
    firsts: dict[str, Case] = {}
    for case in cases:
        firsts.setdefault(case.group, case)
    chosen = list(firsts.values())[:count]
    known = {case.name for case in chosen}
    rest = [case for case in cases if case.name not in known]
    step = max(1, len(rest) // max(1, count - len(chosen)))
    yield from [*chosen, *rest[::step]][:count]


def scanned(case: Case) -> Case:
    """The case as a picture; the same for the same document."""
    dice = random.Random(f"scan of {case.name}")
    dpi = dice.choice(_DPI)
    pictures = _pictures(case.data, dpi, dice.randrange(1 << 30))
    written = io.BytesIO()
    if len(pictures) == 1:
        pictures[0].save(written, "JPEG", quality=dice.randint(55, 90), dpi=(dpi, dpi))
    else:
        pictures[0].save(
            written, "TIFF", save_all=True, append_images=pictures[1:], compression="jpeg",
            dpi=(dpi, dpi),
        )  # fmt: skip
    name = f"{case.name.removesuffix('.pdf')}.{'jpg' if len(pictures) == 1 else 'tif'}"
    return replace(case, name=name, data=written.getvalue())


def _pictures(data: bytes, dpi: int, seed: int) -> list[Image]:
    import pypdfium2

    from slmapps_invoices.pages.synthetic import degrade

    document = pypdfium2.PdfDocument(data)
    found = [
        degrade(document[at].render(scale=dpi / 72).to_pil().convert("RGB"), seed + at)
        for at in range(len(document))
    ]
    document.close()
    return found
