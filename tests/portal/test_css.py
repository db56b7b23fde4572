"""Our own style sheets are without error: a browser drops what it does not understand and says nothing."""

import pytest

from tests.support.css import SHEETS, faults_of


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.name for sheet in SHEETS])
def test_sheet_is_read_without_error(sheet):
    assert faults_of(sheet.read_text(encoding="utf-8")) == []


def test_every_sheet_is_looked_at():
    assert len(SHEETS) >= 7


@pytest.mark.parametrize(
    "text",
    [
        "p { color red }",
        "p { color: }",
        "p { color: rgb(1 2 3 }",
        "p { & a { color: red } } }",
        '@layer kit { p { content: "x\n } }',
        "@laier kit { p { color: red } }",
        "@media print;",
        "@page { p { color: red } }",
        "p { @media print { color red } }",
    ],
)
def test_the_check_finds_what_it_looks_for(text):
    assert faults_of(text)
