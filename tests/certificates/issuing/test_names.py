"""Every name that an account may have gives one page, or waits with a reason; never an exception."""

import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from pypdf import PdfReader

from certificates.issuing import actions
from certificates.issuing.models import Certificate
from tests.certificates.factories import make_completion
from tests.certificates.issuing.names import NAMES
from tests.factories import NOON, UserFactory


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
@example("\u202eAlice\u2066 \u200f")
@example("A\u2028B\u2029C\u3000D\u00a0E\u200bF")
@example("M\u0301" * 100)
@example("<b>&amp;</b> {{ x }} {% y %}")
@example(" ")
def test_fault_40_and_41_a_name_is_printed_on_one_page_or_waits_with_a_reason(name):
    certificate = actions.issue(completion=make_completion(UserFactory(name=name)), at=NOON)
    if certificate.issued_at:
        assert len(PdfReader(io.BytesIO(actions.original(certificate))).pages) == 1
    else:
        assert certificate.held_for in Certificate.Hold.values
        assert certificate.held_because
