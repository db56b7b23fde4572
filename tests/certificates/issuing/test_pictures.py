"""Uploaded pictures become PNGs that every paper can carry."""

import resource
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from certificates.issuing.designs.pictures import MOST_BYTES, MOST_PIXELS, NoPictureError, as_png
from tests.certificates.designs import picture, srgb

WITHIN = (200, 100)


def kept(data, within=WITHIN):
    return Image.open(BytesIO(as_png(data, within)))


def on_white(image):
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("L", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("I;16", "PNG"),
        ("RGB", "JPEG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGB", "WEBP"),
    ],
)
def test_every_kind_becomes_plain_srgb_with_the_ink_alone(mode, kind):
    image = kept(picture(mode, kind=kind))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    assert image.width <= 200
    assert image.height <= 100
    assert not {"icc_profile", "exif", "gamma"} & set(image.info)
    darkest = min(on_white(image).convert("L").tobytes())
    assert darkest < 60  # the ink is as dark as it was: sixteen bits are scaled, not cut off
    assert image.getchannel("A").getextrema()[0] == 0  # and the paper is gone


def test_margins_are_cut_off():
    image = kept(picture(size=(600, 400)), within=(2000, 2000))
    assert 380 < image.width < 430
    assert image.height < 260


def test_colours_by_a_profile_are_converted():
    marked, plain = kept(picture(icc_profile=srgb())), kept(picture())
    assert max(abs(a - b) for a, b in zip(marked.tobytes(), plain.tobytes(), strict=True)) <= 3


def test_a_broken_profile_is_left_out():
    assert kept(picture(icc_profile=b"no profile")).mode == "RGBA"


def test_white_is_seen_through_and_looks_the_same_on_white():
    colours = Image.effect_mandelbrot((80, 60), (-2, -1, 1, 1), 40).convert("RGB")
    colours.putpixel((0, 0), (255, 0, 0))
    colours.putpixel((79, 59), (0, 0, 255))
    out = BytesIO()
    colours.save(out, "PNG")
    again = on_white(kept(out.getvalue(), within=(80, 60))).convert("RGB")
    assert again.size == colours.size
    assert max(abs(a - b) for a, b in zip(again.tobytes(), colours.tobytes(), strict=True)) <= 3


def test_noise_is_made_smaller_until_it_travels_well():
    noise = Image.effect_noise((900, 600), 120).convert("RGB")
    out = BytesIO()
    noise.save(out, "PNG")
    assert len(as_png(out.getvalue(), (900, 600))) <= MOST_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"%PDF-1.7",
        picture()[:30],
        picture(kind="TIFF"),
        picture(kind="GIF", mode="P"),
    ],
    ids=["nothing", "svg", "pdf", "broken off", "tiff", "gif"],
)
def test_what_is_no_such_picture_is_refused(data):
    with pytest.raises(NoPictureError):
        as_png(data, WITHIN)


def test_an_empty_sheet_is_refused():
    out = BytesIO()
    Image.new("RGB", (50, 50), "white").save(out, "PNG")
    with pytest.raises(NoPictureError, match="nothing is on it"):
        as_png(out.getvalue(), WITHIN)


def test_a_large_scan_is_made_small_before_its_colours_are_looked_at():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    as_png(picture(size=(6000, 6000)), (200, 100))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "KB; it was 900,000"


def test_a_profile_does_not_travel_on():
    assert b"iCCP" not in as_png(picture("LA", icc_profile=srgb()), WITHIN)


def test_a_bomb_is_refused_by_its_head():
    out = BytesIO()
    Image.new("1", (MOST_PIXELS // 1000 + 1, 1000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    with pytest.raises(NoPictureError, match="too many pixels"):
        as_png(out.getvalue(), WITHIN)


@given(st.binary(max_size=400), st.integers(0, 300))
@settings(max_examples=150, deadline=None)
def test_bytes_that_somebody_made_up_are_a_picture_or_refused(noise, place):
    whole = picture()
    with suppress(NoPictureError):
        as_png(whole[:place] + noise + whole[place + len(noise) :], WITHIN)
