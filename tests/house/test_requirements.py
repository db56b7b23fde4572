"""Each requirement that ADL's conformance suite numbers has a test of ours, so that a loss shows without the suite."""

import ast
from pathlib import Path

import pytest

from tests.portal.lrs import requirements

FOLDER = Path(requirements.__file__).parent


def defined_in(file):
    return {node.name for node in ast.parse((FOLDER / file).read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("file", requirements.COVERED)
def test_the_tests_that_are_named_are_there(file):
    assert set(requirements.COVERED[file]) <= defined_in(file)


def test_every_number_has_a_test_or_a_reason():
    covered = set().union(*(numbers for _, _, numbers in requirements.tests()))
    without = requirements.numbers(requirements.WITHOUT_TEST)
    every = set(range(requirements.FIRST, requirements.LAST + 1))
    assert covered | without == every, sorted(every - covered - without)
    assert not covered & without
