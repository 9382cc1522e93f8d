"""Pictures are decoded into pages whatever their mode, and refused before they fill the memory."""

from __future__ import annotations

import io
import struct
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from slmapps.documents import Limits, open_document, sniff
from slmapps.documents.limits import Deadline
from slmapps.documents.pictures import FORMATS, Picture, pictures, points_per_pixel
from slmapps.records import Problem
from tests.documents.picturing import png_of, saved_as

WHITE = Image.new("RGB", (300, 200), "white")
NOISE = Image.effect_noise((600, 400), 90)


def pages(data: bytes, seconds: float = 20, **limits) -> list[Picture | Problem]:
    return list(
        pictures(data, sniff.media_type(data), Limits(**limits), Deadline(seconds)),
    )


def only(data: bytes, **limits) -> Picture:
    (page,) = pages(data, **limits)
    assert isinstance(page, Picture)
    return page


def code(data: bytes, **limits) -> str:
    (problem,) = pages(data, **limits)
    assert isinstance(problem, Problem)
    assert problem.cure
    return problem.code


@pytest.mark.parametrize(("kind", "decoder"), FORMATS.items())
def test_every_kind_is_known_by_its_bytes_and_decoded(kind, decoder) -> None:
    data = saved_as(WHITE, decoder)
    assert sniff.media_type(data) == kind
    page = only(data)
    assert page.pixels.shape == (200, 300, 3)
    assert page.pixels.min() > 250


def test_text_that_begins_like_a_bmp_stays_a_list() -> None:
    document, _ = open_document(b"BMW,supplier,amount\n1,Mill,12.50\n2,Brook,3\n")
    assert document is not None
    assert document.media_type == "text/csv"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_becomes_colours_on_white(mode) -> None:
    clear = Image.new("RGBA", (30, 20), (0, 0, 0, 0))
    ground = clear if mode in {"LA", "RGBA"} else Image.new("RGB", (30, 20), "white")
    picture = ground.convert(mode)
    assert only(saved_as(picture, "PNG")).pixels.min() == 255


def test_a_palette_may_hold_a_clear_colour() -> None:
    picture = Image.new("P", (30, 20), 0)
    assert only(saved_as(picture, "PNG", transparency=0)).pixels.min() == 255


@pytest.mark.parametrize("decoder", ["JPEG", "TIFF"])
def test_inks_of_print_become_light(decoder) -> None:
    picture = Image.new("CMYK", (30, 20), (0, 0, 0, 0))
    assert only(saved_as(picture, decoder)).pixels.min() > 250


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_sixteen_bits_are_scaled_and_not_cut_off(kind) -> None:
    values = np.full((20, 30), 60000, kind)
    values[:10] = 30000
    pixels = only(saved_as(Image.fromarray(values), "TIFF")).pixels
    assert abs(int(pixels[0, 0, 0]) - 127) < 3
    assert pixels[-1, 0, 0] > 250


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_is_turned_as_the_camera_says(decoder) -> None:
    picture = Image.new("L", (96, 64), 255)
    picture.paste(0, (0, 0, 96, 16))  # the upper edge as the sensor saw it
    about = Image.Exif()
    about[0x0112] = 6
    pixels = only(saved_as(picture.convert("RGB"), decoder, exif=about)).pixels
    assert pixels.shape[:2] == (96, 64)
    assert pixels[:, -8:].mean() < 20
    assert pixels[:, :8].mean() > 230


def test_a_tiff_gives_all_its_pages_and_a_gif_its_first() -> None:
    more = [WHITE.resize((100, 50)), WHITE.resize((70, 60))]
    tiff = saved_as(WHITE, "TIFF", save_all=True, append_images=more)
    shapes = [page.pixels.shape[:2] for page in pages(tiff)]
    assert shapes == [(200, 300), (50, 100), (60, 70)]
    assert len(pages(saved_as(NOISE, "GIF", save_all=True, append_images=more))) == 1


def test_a_tiff_of_too_many_pages_gives_those_before_the_limit() -> None:
    tiff = saved_as(WHITE, "TIFF", save_all=True, append_images=[WHITE] * 3)
    first, second, last = pages(tiff, max_pages=2)
    assert isinstance(first, Picture)
    assert isinstance(second, Picture)
    assert last.code == "too-many-pages"


def test_a_fax_has_square_pixels_afterwards() -> None:
    fax = Image.new("1", (1728, 1078), 1)
    page = only(saved_as(fax, "TIFF", compression="group4", dpi=(204, 98)))
    height, width = page.pixels.shape[:2]
    assert (width, height) == (1728, 2244)
    assert page.scale == pytest.approx(72 / 204)


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((1654, 2339), 200, (595, 842)),
        ((1654, 2339), None, (595, 842)),
        ((1654, 2339), 72, (595, 842)),  # a camera's 72
        ((3024, 4032), 72, (613, 817)),
        ((2339, 1654), None, (842, 595)),
        ((800, 600), 96, (600, 450)),
        ((400, 2000), None, (227, 1135)),
        ((1654, 2339), float("inf"), (595, 842)),
    ],
)
def test_a_page_is_as_large_as_paper(size, dpi, points) -> None:
    scale = points_per_pixel(*size, dpi)
    assert size[0] * scale == pytest.approx(points[0], abs=1)
    assert size[1] * scale == pytest.approx(points[1], abs=1)


@pytest.mark.parametrize(
    "data",
    [
        png_of(1000, 1000, (b"\0" + b"\xff" * 100) * 100),  # the header lies
        saved_as(NOISE, "PNG")[:60_000],
        saved_as(NOISE, "JPEG")[:20_000],
        saved_as(NOISE, "TIFF")[:100_000],
        saved_as(NOISE, "WEBP")[:10_000],
        saved_as(NOISE, "BMP")[:100_000],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
        b"GIF89a\0",
        b"II*\0\xff\xff\xff\xff",
    ],
)
def test_a_picture_that_is_cut_short_or_lies_is_broken(data) -> None:
    assert code(data) == "picture-broken"


def webp_that_claims(side: int) -> bytes:
    data = bytearray(saved_as(WHITE, "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = struct.pack("<I", side - 1 | side - 1 << 14)
    return bytes(data)


def jpeg_that_claims(width: int, height: int) -> bytes:
    data = saved_as(NOISE, "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


@pytest.mark.parametrize(
    "data",
    [
        png_of(20_000, 15_000),
        png_of(8_000, 8_000, (b"\0" * 8_001) * 8_000),  # all of it is there, in 64 kB
        jpeg_that_claims(20_000, 15_000),
        jpeg_that_claims(10_000, 9_000),
        webp_that_claims(16_383),
        b"GIF89a\xff\xff\xff\xff" + saved_as(NOISE, "GIF")[10:],
    ],
)
def test_a_picture_that_would_fill_the_memory_is_never_decoded(data) -> None:
    tracemalloc.start()
    assert code(data) == "picture-too-large"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_large_photo_is_scaled_down_as_it_is_decoded() -> None:
    photo = saved_as(Image.new("L", (3000, 4000), 255), "JPEG", dpi=(300, 300))
    page = only(photo, max_pixels=4_000_000, max_scaled_pixels=20_000_000)
    assert page.pixels.shape[:2] == (2000, 1500)
    assert page.scale == pytest.approx(72 / 150)
    assert code(photo, max_pixels=4_000_000, max_scaled_pixels=5_000_000) == "picture-too-large"


def test_decoding_ends_at_the_deadline() -> None:
    (problem,) = pages(saved_as(NOISE, "JPEG"), seconds=0)
    assert problem.code == "took-too-long"


def test_a_problem_names_the_file_and_nothing_is_raised() -> None:
    for cut in range(0, 4000, 400):
        for decoder in ("PNG", "TIFF", "GIF"):
            data = saved_as(
                WHITE, decoder, **({"compression": "tiff_lzw"} if decoder == "TIFF" else {})
            )
            broken = data[:cut] + b"\xff" * 20 + data[cut + 20 : -30]
            if sniff.media_type(broken) in FORMATS:
                found = pages(broken)
                assert all(isinstance(page, (Picture, Problem)) for page in found)
    _, problems = open_document(io.BytesIO(saved_as(NOISE, "PNG")).read(500), name="a.png")
    assert [(problem.code, problem.file) for problem in problems] == [("picture-broken", "a.png")]
