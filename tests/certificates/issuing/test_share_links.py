"""Links to a transcript: who gets one, what a stranger sees behind it, and when it ends."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from certificates.issuing import life
from certificates.issuing.models import ShareLink
from certificates.issuing.tasks import forget_outsiders
from certificates.issuing.transcripts import actions
from certificates.issuing.transcripts.rules import Scope
from certificates.issuing.transcripts.tokens import digest_of
from portal.audit.models import Entry
from portal.config.logs import scrubbed
from portal.privacy.registry import holders
from tests.certificates.transcripts import LINKS, OWN, TODAY, share, shown, text
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.usefixtures("at_noon")


def make(client, **given):
    form = {"uuid": str(uuid4()), "scope": "all", "ends_on": str(TODAY + timedelta(days=30)), **given}
    return client.post(LINKS + "new/", form)


def address_in(answer) -> str:
    return re.search(r'value="([^"]*/shared/transcript/[^"]+)"', answer.content.decode())[1]


def test_a_link_is_shown_once_and_only_its_keyed_digest_is_kept(as_alice, alice, hers, settings):
    sent = str(uuid4())
    address = address_in(make(as_alice, uuid=sent, scope="year-2025"))
    token = address.removeprefix(f"{settings.PUBLIC_URL}/shared/transcript/")
    assert len(token) >= 22, "128 bits at least"
    link = ShareLink.objects.get()
    assert link.digest == digest_of(token)
    assert link.scope == Scope(year=2025)
    assert token not in str(list(ShareLink.objects.values())) + str(list(Entry.objects.values()))
    assert token not in as_alice.get(LINKS).content.decode()
    entry = Entry.objects.get(verb="shared transcript")
    assert entry.data == {"scope": "year-2025", "ends_on": str(TODAY + timedelta(days=30))}
    again = as_alice.post(LINKS + "new/", {"uuid": sent, "scope": "all", "ends_on": str(TODAY)}, follow=True)
    assert "cannot be shown again" in again.content.decode()
    assert ShareLink.objects.count() == 1
    settings.SECRET_KEY = "another"
    assert link.digest != digest_of(token), "a reader of the database cannot try tokens"


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, True), (365, True), (366, False), (36500, False)])
def test_a_link_lasts_a_year_at_most(as_alice, hers, days, may):
    day = str(TODAY + timedelta(days=days))
    answer = make(as_alice, ends_on=day, scope="scheme-ecmec")
    assert answer.status_code == (200 if may else 422)
    assert ShareLink.objects.count() == may
    if not may:
        page = answer.content.decode()
        assert "Choose a last day from 24 November 2026 to 24 November 2027." in page
        assert f'value="{day}"' in page
        assert re.search(r'value="scheme-ecmec"\s+selected', page), "nothing chosen is lost"


def test_whoever_asks_not_through_the_form_gets_no_longer_one(alice):
    for days in (-1, 366):
        with pytest.raises(actions.WrongEndError):
            share(alice, days=days)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.create(user=alice, digest="x", year=2026, scheme_code="y", ends_on=TODAY, made_at=NOON)


def test_only_what_she_has_can_be_shared(as_alice, hers):
    assert make(as_alice, scope="year-1999").status_code == 422
    assert make(as_alice, scope="scheme-other").status_code == 422


def test_the_list_tells_when_a_link_was_opened_last(as_alice, alice, hers):
    link, token = share(alice, Scope(scheme="ecmec"))
    assert "never" in text(as_alice.get(LINKS))
    assert "Credits of The ecmec" in text(as_alice.get(LINKS))
    Client().head(f"/shared/transcript/{token}")
    link.refresh_from_db()
    assert link.opened_at is None
    shown(token)
    link.refresh_from_db()
    assert link.opened_at == NOON
    assert "11/24/2026 1 p.m." in text(as_alice.get(LINKS)) or "never" not in text(as_alice.get(LINKS))


def test_withdrawn_it_shows_nothing_and_the_second_time_nothing_changes(as_alice, alice, hers):
    link, token = share(alice)
    path = f"{LINKS}{link.uuid}/withdraw/"
    assert "Withdraw this link?" in as_alice.get(path).content.decode()
    assert shown(token).status_code == 200
    for _ in range(2):
        assert "The link is withdrawn" in as_alice.post(path, follow=True).content.decode()
    answer = shown(token)
    assert answer.status_code == 404
    assert "The holder has withdrawn this link" in answer.content.decode()
    assert "Alice" not in answer.content.decode()
    assert Entry.objects.filter(verb="withdrew shared transcript").count() == 1
    assert "Withdrawn" in text(as_alice.get(LINKS))


def test_nobody_withdraws_or_sees_the_links_of_another(as_alice, hers):
    link, token = share(UserFactory())
    path = f"{LINKS}{link.uuid}/withdraw/"
    assert (as_alice.get(path).status_code, as_alice.post(path).status_code) == (404, 404)
    assert str(link.uuid) not in as_alice.get(LINKS).content.decode()
    assert shown(token).status_code == 200


def test_a_link_shows_what_its_scope_says_and_nothing_else(alice, hers):
    def numbers(scope):
        page = shown(share(alice, scope)[1]).content.decode()
        return {
            name for name, certificate in hers.items() if certificate.number in page or str(certificate.uuid) in page
        }

    assert numbers(Scope()) == set(hers)
    assert numbers(Scope(year=2025)) == {"old", "bare"}
    assert numbers(Scope(scheme="ecmec")) == {"ecmec", "old"}
    page = shown(share(alice, Scope(scheme="ecmec"))[1]).content.decode()
    for secret in ("board", "Dose", "Safety", "hours"):
        assert secret not in page


def test_the_address_of_the_holder_is_never_told(alice, hers):
    page = shown(share(alice)[1]).content.decode()
    assert "Alice Huber" in page
    for secret in (alice.email, "alice@", str(alice.uuid)):
        assert secret not in page


def test_a_stranger_gets_no_cookie_and_no_search_engine_the_page(alice, hers):
    _, token = share(alice)
    for name in (token, "never-made"):
        answer = shown(name)
        assert not answer.cookies
        assert "noindex" in answer["X-Robots-Tag"]
        assert 'name="robots" content="noindex' in answer.content.decode()
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert name not in answer.content.decode(), "nothing on the page hands the link on"


def test_one_ended_one_withdrawn_and_one_never_made_are_answered_alike(alice, hers):
    _, ended = share(alice, days=0)
    withdrawn, taken_back = share(alice, days=300)
    actions.withdraw(link=withdrawn, at=NOON)
    told = {}
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        for name, token in (("ended", ended), ("withdrawn", taken_back), ("unknown", "x" * 32)):
            with CaptureQueriesContext(connection) as asked:
                answer = shown(token)
            told[name] = (
                answer.status_code,
                [each["sql"].replace(digest_of(token), "?").replace(token, "?") for each in asked],
            )
            assert re.search(f">[^<]*{name}[^<]*<", answer.content.decode(), re.IGNORECASE)
            assert "Alice" not in answer.content.decode()
            assert hers["bare"].number not in answer.content.decode()
    assert told["ended"] == told["withdrawn"] == told["unknown"]
    assert told["ended"][0] == 404
    assert ShareLink.objects.filter(opened_at=None).count() == 2


@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "..", "ÄÖ"])
def test_whatever_stands_in_the_address_it_is_unknown(client, db, token):
    assert shown(token, client).status_code == 404


def test_a_link_holds_through_its_last_day_in_the_portals_zone(alice, hers):
    _, token = share(alice, days=0)
    with time_machine.travel(datetime(2026, 11, 24, 22, 59, tzinfo=UTC), tick=False):
        assert shown(token).status_code == 200
    with time_machine.travel(datetime(2026, 11, 24, 23, 1, tzinfo=UTC), tick=False):  # the 25th in Vienna
        assert shown(token).status_code == 404


def test_guesses_are_counted_with_those_of_verification(client, alice, hers):
    _, token = share(alice)
    for _ in range(30):
        shown("guess", client)
        client.get(f"/verify/{uuid4()}")
    answer = shown(token, client)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_no_post_is_taken(alice, hers):
    _, token = share(alice)
    assert Client().post(f"/shared/transcript/{token}").status_code == 405


def test_the_token_is_not_in_the_log(alice):
    _, token = share(alice)
    assert token not in scrubbed(f"GET /shared/transcript/{token}")


@pytest.fixture
def holder():
    return next(each for each in holders() if each.name == "share-links")


def test_the_copy_tells_of_each_link_and_only_hers(alice, hers, holder):
    share(alice, Scope(year=2025))
    share(UserFactory())
    ((name, pieces),) = holder.export(alice)
    (told,) = [json.loads(line) for line in b"".join(pieces).splitlines()]
    assert name == "share-links.jsonl"
    assert (told["shows"], told["ends_on"], told["opened_at"]) == ("year-2025", "2026-12-24", None)


def test_of_an_erased_holder_links_are_unknown(alice, hers, holder):
    _, token = share(alice)
    _, other = share(UserFactory())
    assert holder.erase(alice, NOON) == {"share links": 1}
    assert holder.erase(alice, NOON) == {}
    answer = shown(token)
    assert answer.status_code == 404
    assert "knows no link with this address" in answer.content.decode()
    assert shown(other).status_code == 200


def test_a_certificate_from_which_she_was_erased_is_not_hers_any_more(as_alice, alice, hers):
    _, token = share(alice)
    life.erase(certificate=hers["ecmec"], at=NOON)
    for answer in (as_alice.get(OWN), shown(token)):
        assert hers["ecmec"].number not in answer.content.decode()
        assert hers["board"].number in answer.content.decode()


def test_links_that_ended_long_ago_are_forgotten(alice, hers, settings):
    settings.LINKS_KEPT_MONTHS = 6
    for days in (0, 30):
        share(alice, days=days)
    for day in (date(2027, 5, 24), date(2027, 5, 25), date(2027, 5, 25)):
        with time_machine.travel(datetime.combine(day, time(12), UTC), tick=False):
            forget_outsiders()
            assert ShareLink.objects.count() == (2 if day == date(2027, 5, 24) else 1)
    assert Entry.objects.filter(verb="forgot shared transcript").count() == 1
