"""Words on a picture of a page, by the models in rapidocr's wheel.

Design choices:

* PP-OCRv6 (small) finds lines and recognises them. Both models lie in the wheel, and their paths
  are handed over, so nothing is ever downloaded. The recogniser's alphabet holds the letters and
  signs of all languages in Latin script (ä ö ü ß é è à ç ñ ł ő €).
* Lines are looked for at up to 1280 pixels, and the page is put upright by them (``upright.py``).
  A page that lies on its side is looked at again, since short words are missed sideways. Lines are
  recognised one by one in the full picture: as fast on one core as many at a time, and the
  deadline is looked at between them. A page that is not finished in time gives nothing.
* Which way is up is what is recognised with more confidence: a few of the longest lines are tried
  both ways where the first way is not sure.
* One engine for all threads, behind a lock; two threads of its own at most (``OMP_NUM_THREADS``).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.documents import upright
from slmapps.documents.limits import Deadline
from slmapps.documents.ocr_lines import Cut, cut_line, plain, reading_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Quads = NDArray[np.float64]

__all__ = ["OcrMissingError", "Reading", "TooLateError", "recognise"]

_LONG = 1280  # pixels of the longer side where lines are looked for
_SHORT = 640  # at least so many of the shorter side, for receipts
_MOST = 3_000_000  # pixels in any case
_TRIED = 5  # lines tried both ways
_SURE = 0.9
_LEAST = 0.5  # confidence of a line, below which it is taken for a smudge

_lock = threading.Lock()


class OcrMissingError(ImportError):
    """What recognises pictures is not installed."""


class TooLateError(Exception):
    """The deadline passed before the page was finished."""


@dataclass(frozen=True)
class Reading:
    """The words of a page put upright: boxes in pixels of a page of ``width`` x ``height`` pixels.

    ``turned`` says by how many degrees clockwise it was turned (0, 90, 180, 270), ``straightened``
    by how many degrees its lines fell to the right before.
    """

    words: tuple[Cut, ...]
    width: int
    height: int
    turned: int = 0
    straightened: float = 0.0


@dataclass(frozen=True)
class _Line:
    text: str
    sure: tuple[float, ...]
    columns: tuple[int, ...]
    width: float

    @property
    def confidence(self) -> float:
        return sum(self.sure) / len(self.sure) if self.sure else 0.0


def recognise(pixels: Pixels, deadline: Deadline) -> Reading:
    """Read a picture of a page: rows x columns x 3, RGB.

    Raises ``OcrMissingError`` where rapidocr is not installed, ``TooLateError`` where the deadline
    passes first.
    """
    if not _lock.acquire(timeout=max(0.0, deadline.left)):
        raise TooLateError
    try:
        engine = _engine()
        pixels = upright.even_light(pixels)
        quads = _detect(engine, pixels)
        if not len(quads):
            return Reading((), pixels.shape[1], pixels.shape[0])
        return _read(engine, pixels, quads, deadline)
    finally:
        _lock.release()


def _read(engine: Any, pixels: Pixels, quads: Quads, deadline: Deadline) -> Reading:
    turns = 1 if upright.is_sideways(quads) else 0
    if turns:
        pixels, _ = upright.turn(pixels, quads, turns)
        quads = _detect(engine, pixels)
        if not len(quads):
            return Reading((), pixels.shape[1], pixels.shape[0])
    angle = upright.skew(quads)
    if angle:
        pixels, quads = upright.straighten(pixels, quads, angle)
    lines: dict[int, _Line] = {}
    if _is_upside_down(engine, pixels, quads, lines, deadline):
        pixels, quads = upright.turn(pixels, quads, 2)
        turns += 2
        lines = {}
    words: list[Cut] = []
    for index, (left, top, right, bottom) in enumerate(_boxes(pixels, quads)):
        crop = pixels[top:bottom, left:right]
        line = lines.get(index) or _line(engine, crop, deadline)
        if line.confidence < _LEAST:
            continue
        grey = crop.mean(axis=2).astype("uint8")
        for text, sure, (x0, y0, x1, y1) in cut_line(
            line.text, line.sure, line.columns, line.width, grey
        ):
            words.append((text, sure, (x0 + left, y0 + top, x1 + left, y1 + top)))
    order = reading_order([box for _, _, box in words])
    return Reading(
        tuple(words[index] for index in order),
        pixels.shape[1],
        pixels.shape[0],
        upright.quarter(turns),
        angle,
    )


def _boxes(pixels: Pixels, quads: Quads) -> list[tuple[int, int, int, int]]:
    """Give left, top, right, bottom of each quad within the picture."""
    import numpy as np

    height, width = pixels.shape[:2]
    low = np.floor(quads.min(axis=1)).astype(int).clip(0)
    high = np.ceil(quads.max(axis=1)).astype(int)
    return [
        (int(left), int(top), max(int(left) + 1, right), max(int(top) + 1, bottom))
        for (left, top), right, bottom in zip(
            low.tolist(),
            high[:, 0].clip(max=width).tolist(),
            high[:, 1].clip(max=height).tolist(),
            strict=True,
        )
        if left < width and top < height
    ]


def _is_upside_down(
    engine: Any, pixels: Pixels, quads: Quads, lines: dict[int, _Line], deadline: Deadline
) -> bool:
    """Tell whether the text stands on its head; keeps what it reads in ``lines``."""
    boxes = _boxes(pixels, quads)
    longest = sorted(range(len(boxes)), key=lambda n: boxes[n][0] - boxes[n][2])[:_TRIED]
    turned = []
    for index in longest:
        left, top, right, bottom = boxes[index]
        lines[index] = _line(engine, pixels[top:bottom, left:right], deadline)
    if _mean([lines[index] for index in longest]) >= _SURE:
        return False
    for index in longest:
        left, top, right, bottom = boxes[index]
        turned.append(_line(engine, pixels[top:bottom, left:right][::-1, ::-1], deadline))
    return _mean(turned) > _mean([lines[index] for index in longest])


def _mean(lines: list[_Line]) -> float:
    letters = [sure for line in lines for sure in line.sure]
    return sum(letters) / len(letters) if letters else 0.0


def _detect(engine: Any, pixels: Pixels) -> Quads:
    """Give the quads of all lines, in pixels of the picture."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = max(_LONG / max(height, width), _SHORT / min(height, width))
    scale = min(1.0, scale, (_MOST / (height * width)) ** 0.5)
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    found = engine(_bgr(np.asarray(small, np.uint8)), use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    if boxes is None or not len(boxes):
        return np.zeros((0, 4, 2))
    quads: Quads = np.asarray(boxes, np.float64) * (width / size[0], height / size[1])
    return quads


def _line(engine: Any, crop: Pixels, deadline: Deadline) -> _Line:
    if deadline.passed:
        raise TooLateError
    found = engine(
        _bgr(crop),
        use_det=False,
        use_cls=False,
        use_rec=True,
        return_word_box=True,
    )
    texts = getattr(found, "txts", None)
    if not texts or not texts[0]:
        return _Line("", (), (), 1.0)
    about = found.word_results[0]
    columns = tuple(column for word in about.word_cols for column in word)
    return _Line(plain(texts[0]), tuple(about.confs), columns, float(about.line_txt_len))


def _bgr(pixels: Pixels) -> Pixels:
    import numpy as np

    return np.ascontiguousarray(pixels[:, :, ::-1])


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Load the models, once."""
    try:
        import cv2
        import rapidocr
    except ImportError as error:
        raise OcrMissingError(str(error)) from error
    models = Path(rapidocr.__file__).parent / "models"
    detector = models / "PP-OCRv6_det_small.onnx"
    recogniser = models / "PP-OCRv6_rec_small.onnx"
    if not (detector.is_file() and recogniser.is_file()):
        raise OcrMissingError("rapidocr carries other models than expected")
    threads = _threads()
    cv2.setNumThreads(threads)
    runtime = "EngineConfig.onnxruntime"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": 0.0,
            "Global.use_preprocess_img": False,
            "Det.model_path": str(detector),
            "Det.limit_type": "max",
            "Det.limit_side_len": 8192,
            "Rec.model_path": str(recogniser),
            f"{runtime}.intra_op_num_threads": threads,
            f"{runtime}.inter_op_num_threads": 1,
        }
    )


def _threads() -> int:
    asked = os.environ.get("OMP_NUM_THREADS", "2")
    return max(1, min(int(asked) if asked.isdigit() else 2, os.cpu_count() or 1))
