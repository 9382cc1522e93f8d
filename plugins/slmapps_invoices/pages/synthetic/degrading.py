"""What paper, scanners and telephones do to a page: applied to the picture of a clean one.

Design choices:

* Each fault is there or not by dice of its own, so pages range from nearly clean to hard to read.
* The picture keeps its size. Skew is at most 1.5 degrees and about the middle: boxes move with it,
  so labels of a skewed page are to be matched after recognition, not carried over.
"""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

from slmapps_invoices.pages.synthetic.style import dice_of

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["degrade"]


def degrade(pixels: Image, seed: int) -> Image:
    """Give the picture as if it were printed, handled and scanned; the same for the same seed."""
    dice = dice_of(f"scan {seed}")
    page = pixels.convert("RGB")
    if dice.random() < 0.2:
        page = _folded(page, dice)
    if dice.random() < 0.15:
        page = _stamped(page, dice)
    if dice.random() < 0.6:
        page = _skewed(page, dice)
    if dice.random() < 0.3:
        page = _shaded(page, dice)
    if dice.random() < 0.4:
        page = _faded(page, dice)
    if dice.random() < 0.5:
        page = _blurred(page, dice)
    if dice.random() < 0.5:
        page = _grainy(page, dice)
    if dice.random() < 0.3:
        page = page.convert("L").convert("RGB")
    if dice.random() < 0.7:
        page = _compressed(page, dice)
    return page


def _skewed(page: Image, dice: Random) -> Image:
    from PIL.Image import Resampling

    angle = max(-1.5, min(1.5, dice.gauss(0, 0.6)))
    return page.rotate(angle, resample=Resampling.BICUBIC, fillcolor=(255, 255, 255))


def _shaded(page: Image, dice: Random) -> Image:
    """Darken towards one side, as a page photographed under a lamp or near a book's spine is."""
    from PIL import Image, ImageChops

    dark, turns = dice.randint(120, 210), dice.randrange(4)
    ramp = Image.linear_gradient("L").point(lambda value: dark + value * (255 - dark) // 255)
    shade = ramp.rotate(90 * turns).resize(page.size)
    return ImageChops.multiply(page, shade.convert("RGB"))


def _faded(page: Image, dice: Random) -> Image:
    """Bring ink and paper closer together, as a weak printer or thermal paper does."""
    paper, ink = dice.randint(215, 255), dice.randint(20, 120)
    return page.point(lambda value: ink + value * (paper - ink) // 255)


def _blurred(page: Image, dice: Random) -> Image:
    from PIL import ImageFilter

    return page.filter(ImageFilter.GaussianBlur(dice.uniform(0.3, 1.1) * page.width / 1240))


def _grainy(page: Image, dice: Random) -> Image:
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(dice.randrange(2**32))
    strength = dice.uniform(2, 14)
    grain = noise.normal(0, strength, (page.height, page.width, 1))
    noisy = np.clip(np.asarray(page, np.float32) + grain, 0, 255)
    return Image.fromarray(noisy.astype(np.uint8))


def _compressed(page: Image, dice: Random) -> Image:
    from PIL import Image

    out = io.BytesIO()
    page.save(out, "JPEG", quality=dice.randint(28, 85))
    with Image.open(io.BytesIO(out.getvalue())) as read:
        return read.convert("RGB")


def _folded(page: Image, dice: Random) -> Image:
    """Draw the faint line of one or two folds across."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(page)
    for part in dice.choice(((1 / 3, 2 / 3), (1 / 2,))):
        y = page.height * part + dice.uniform(-9, 9)
        for off, grey in ((0, 205), (1, 190), (2, 235)):
            draw.line((0, y + off, page.width, y + off + dice.uniform(-2, 2)), fill=(grey,) * 3)
    return page


def _stamped(page: Image, dice: Random) -> Image:
    """Put a frame of ink with strokes across, as an office's stamp of entry leaves it."""
    from PIL import Image, ImageChops, ImageDraw

    layer = Image.new("RGB", page.size, (255, 255, 255))
    draw = ImageDraw.Draw(layer)
    wide, tall = page.width * 0.22, page.width * 0.1
    x = dice.uniform(0.1, 0.7) * page.width
    y = dice.uniform(0.05, 0.8) * page.height
    ink = dice.choice(((90, 90, 200), (200, 80, 80), (70, 70, 70)))
    draw.rectangle((x, y, x + wide, y + tall), outline=ink, width=3)
    for at in range(3):
        line = y + tall * (at + 1) / 4
        draw.line((x + 8, line, x + wide * dice.uniform(0.5, 0.95), line), fill=ink, width=4)
    layer = layer.rotate(dice.uniform(-8, 8), fillcolor=(255, 255, 255))
    return ImageChops.multiply(page, layer)
