"""Uploaded pictures as any paper can carry them (pure): PNG in sRGB with eight bits, of few pixels and bytes."""

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageChops, ImageCms, ImageMath, ImageOps

KINDS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000  # of the upload: a scan of an A4 sheet at 600 dots an inch has 35 million
MOST_BYTES = 300_000  # of what is kept: it travels in every certificate
LEAST = 16  # pixels a side
ROOM = 4  # times what is kept: empty margins are cut off after


class NoPictureError(ValueError):
    """The bytes are no picture that can be taken."""


def as_png(data: bytes, within: tuple[int, int]) -> bytes:
    """The picture without its empty margins, not larger than ``within`` (width, height in pixels).

    White of a picture without transparency becomes transparent, so that on paper of any colour only the ink is seen.
    What it says of itself (place, camera, colour profile) is left out; colours by a profile are converted first.

    Raises:
        NoPictureError: it is none, of another kind than ``KINDS``, too large, or empty.
    """
    try:
        picture = _opened(data, (ROOM * within[0], ROOM * within[1]))
    except Exception as error:  # whatever its decoder raises for bytes that somebody made up
        raise NoPictureError(str(error)) from error
    if picture.getchannel("A").getextrema()[0] == 255:
        picture = _without_white(picture)
    inked = picture.getchannel("A").point(lambda alpha: 255 if alpha > 12 else 0).getbbox()
    if inked is None:
        raise NoPictureError("nothing is on it")
    picture = picture.crop(inked)
    picture.thumbnail(within, Image.Resampling.LANCZOS)
    return _small(picture)


def data_address(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode()


def _opened(data: bytes, room: tuple[int, int]) -> Image.Image:
    """Not larger than ``room``: what is done to colours takes a hundred times the memory of what was uploaded."""
    with Image.open(BytesIO(data), formats=KINDS) as opened:
        if opened.width * opened.height > MOST_PIXELS:  # told by its head, before anything is unpacked
            raise NoPictureError("too many pixels")
        opened.draft(None, room)  # a JPEG is not even unpacked larger
        opened.thumbnail(room, Image.Resampling.LANCZOS)
        return _plain(ImageOps.exif_transpose(opened))


def _plain(picture: Image.Image) -> Image.Image:
    """As RGBA in sRGB with eight bits."""
    if picture.mode.startswith(("I", "F")):  # sixteen bits, which ``convert`` would cut off instead of scaling
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):  # a profile of another kind of picture, or a broken one
            converted = None
        picture = converted or picture
    plain = picture.convert("RGBA").convert("RGB").convert("RGBA")
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _without_white(picture: Image.Image) -> Image.Image:
    """The most transparent picture that looks the same on white."""
    red, green, blue, _ = picture.split()
    alpha = ImageChops.invert(ImageChops.darker(red, ImageChops.darker(green, blue)))

    def ink(channel: Image.Image) -> Image.Image:
        found: Image.Image = ImageMath.lambda_eval(
            lambda given: given["convert"](255 - (255 - given["c"]) * 255 / given["max"](given["a"], 1), "L"),
            c=channel,
            a=alpha,
        )
        return found

    return Image.merge("RGBA", (ink(red), ink(green), ink(blue), alpha))


def _small(picture: Image.Image) -> bytes:
    while True:
        out = BytesIO()
        picture.save(out, "PNG", optimize=True, icc_profile=None)
        if out.tell() <= MOST_BYTES or min(picture.size) <= LEAST:
            return out.getvalue()
        picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
