"""Designs as a designer would make them, and pictures as they come from scanners and phones."""

from io import BytesIO

from PIL import Image, ImageCms, ImageDraw
from pypdf import PdfReader

from certificates.issuing import actions
from certificates.issuing.designs.pictures import as_png, data_address
from certificates.issuing.models import Design, DesignText, Signatory
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory

LANGUAGES = ("en", "de", "es", "fr", "it", "pl")
LINE = "Recorded in the register of the society; radiation protection training by Article 18 of Directive 2013/59/Euratom. "


def picture(mode="RGB", size=(300, 120), kind="PNG", **saved):
    """Dark ink on white paper with wide margins, or on nothing where the mode has transparency."""
    drawn = Image.new("L", size, 255)
    width, height = size
    ImageDraw.Draw(drawn).line(
        [(width // 6, height * 2 // 3), (width // 2, height // 4), (width * 5 // 6, height * 2 // 3)], fill=40, width=9
    )
    if mode == "I;16":
        made = Image.frombytes("I;16", size, b"".join((value * 257).to_bytes(2, "little") for value in drawn.tobytes()))
    elif mode in ("RGBA", "LA"):
        made = drawn.convert(mode)
        made.putalpha(drawn.point(lambda value: 255 - value))
    else:
        made = drawn.convert("RGB").convert(mode)
    out = BytesIO()
    made.save(out, kind, **saved)
    return out.getvalue()


def srgb():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def ink(within=(700, 260), **facts):
    return data_address(as_png(picture(**facts), within))


def make_design(layout="landscape", signatories=0, line="", **facts):
    """In use, with so many signatories whose names and roles are as long as the form takes them."""
    design = Design(**{"name": f"A {layout} one", "layout": layout, **facts})
    design.signatories = [
        Signatory(
            name=("Prof. Dr. Margarethe Lindqvist-Oyelaran " * 2)[:80].strip(),
            role=("Chair " * 20).strip(),
            picture=ink(),
        )
        for _ in range(signatories)
    ]
    if line:
        design.texts = [DesignText(language=language, line=line) for language in LANGUAGES]
    design.save()
    return Design.objects.get(pk=design.pk)


def make_full_design(layout, **facts):
    """As full as the form allows."""
    logo = ink(within=(900, 600), mode="RGBA", size=(900, 500))
    return make_design(layout, signatories=3, line=(LINE * 2)[:200].strip(), logo=logo, **facts)


def issued(name="Alice Huber", language="en", course=None, **facts):
    completion = make_completion(UserFactory(name=name, language=language), course, **facts)
    return actions.issue(completion=completion, at=NOON)


def sides(data):
    box = PdfReader(BytesIO(data)).pages[0].mediabox
    return round(float(box.width)), round(float(box.height))
