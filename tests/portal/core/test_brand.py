"""Colours that people can read, whatever a society chooses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import brand
from portal.core.brand import INK, NIGHT, WHITE, Brand, unreadable
from portal.core.colour import contrast, is_colour, mixed, readable

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("text", ["", "0a5566", "#0a556", "#0a55667", "#0A5566", "red", "#0a556g", "#0a5566;}"])
def test_a_colour_is_six_digits(text):
    assert not is_colour(text)


@given(colours, colours, st.floats(0, 1))
def test_a_mixture_lies_between(one, other, share):
    mixture = mixed(one, other, share)
    assert is_colour(mixture)
    for n in (1, 3, 5):
        ends = sorted((int(one[n : n + 2], 16), int(other[n : n + 2], 16)))
        assert ends[0] <= int(mixture[n : n + 2], 16) <= ends[1]


@given(colours, colours, st.floats(1, 4.5))
def test_what_is_made_readable_is_readable(colour, ground, ratio):
    assert contrast(readable(colour, ground, ratio), ground) >= ratio


@given(colours, st.floats(1, 4.5))
def test_what_is_readable_is_left_alone(colour, ratio):
    if contrast(colour, WHITE) >= ratio:
        assert readable(colour, WHITE, ratio) == colour


@given(colours, colours, colours)
def test_every_accepted_brand_is_readable_by_day_and_by_night(main, deep, accent):
    look = Brand(brand=main, deep=deep, accent=accent)
    if unreadable(look):
        return
    day, night = look.tokens
    for ground in (WHITE, "#eff4f5", "#e1eaec"):
        for token in ("brand", "brand-hover", "link", "link-hover"):
            assert contrast(day[token], ground) >= 4.5
    assert contrast(WHITE, day["deep"]) >= 4.5
    assert contrast(day["on-deep-soft"], day["deep"]) >= 4.5
    assert contrast(INK, day["amber"]) >= 4.5
    assert contrast(WHITE, night["deep"]) >= 4.5
    for token in ("brand", "brand-hover", "link", "link-hover"):
        for ground in (NIGHT, "#161f23", "#212d32"):
            assert contrast(night[token], ground) >= 4.5, token
    assert contrast(night["on-brand"], night["brand"]) >= 4.5


@given(colours, colours, colours)
def test_a_refusal_names_a_colour_that_would_do(main, deep, accent):
    for fault in unreadable(Brand(brand=main, deep=deep, accent=accent)):
        assert fault.ratio < fault.needed
        assert contrast(fault.better, fault.ground) >= fault.needed


def test_the_portals_own_colours_are_readable_and_need_no_sheet():
    assert unreadable(Brand()) == []
    assert Brand().style_sheet == ""


def test_the_style_sheet_holds_nothing_but_tokens():
    sheet = Brand(brand="#6a1b4d").style_sheet
    assert sheet.startswith("@layer tokens{:root{--brand:#6a1b4d;")
    assert "@media (prefers-color-scheme: dark){:root{--brand:#" in sheet
    assert sheet.count("{") == sheet.count("}")


def test_the_last_brand_is_kept_while_the_database_is_away(monkeypatch, db):
    from django.db import OperationalError

    def away():
        raise OperationalError("away")

    brand.forget()
    monkeypatch.setattr(brand._Source, "ask", staticmethod(lambda: Brand(name="Radiological Society")))
    assert brand.current().name == "Radiological Society"
    brand.forget()
    monkeypatch.setattr(brand._Source, "ask", staticmethod(away))
    assert brand.current().name == "Radiological Society"
    monkeypatch.setattr(brand._Source, "last", Brand())
