"""The screens of forwarding, as administrators and others meet them."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.forwarding.secrecy import unseal
from portal.lrs.forwarding.sender import forward
from portal.lrs.models import Delivery, Parked, Receiver
from tests.factories import NOON, UserFactory
from tests.portal.lrs.forwarding.outside import KEY, SECRET, outside_store
from tests.portal.lrs.samples import new_id, statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def receiver():
    return make()


def make(name="Hospital group", endpoint="http://127.0.0.1:1/xapi", begin=Begin.ALL, **more):
    receiver = Receiver(name=name, endpoint=endpoint, key=KEY, **more)
    return set_up_receiver(receiver=receiver, secret=SECRET, begin=begin, since=None, paused=False, at=now())


def given(**changes):
    whole = {
        "name": "Hospital group",
        "endpoint": "https://lrs.example.org/xapi/",
        "version": "1.0.3",
        "key": KEY,
        "secret": SECRET,
        "begin": "new",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def page_of(answer):
    return BeautifulSoup(answer.content, "html.parser")


def words(answer):
    return " ".join(page_of(answer).main.get_text(" ").split())


def urls(receiver):
    names = ("show", "edit", "remove", "test", "retry", "pause", "resume", "refused")
    return [reverse("delivery:list"), reverse("delivery:create")] + [
        reverse(f"delivery:{name}", args=[receiver.uuid]) for name in names
    ]


def test_fault_53_others_find_nothing_and_change_nothing(client, receiver, alice, bob):
    for address in urls(receiver):
        for ask in (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 405 or answer.url.startswith("/account/login/")
    for person in (alice, bob, UserFactory(is_staff=True)):
        client.force_login(person)
        assert {client.post(address).status_code for address in urls(receiver)} == {404}
        assert {client.get(address).status_code for address in urls(receiver)} == {404, 405}
    assert Receiver.objects.count() == 1
    assert not Delivery.objects.get().paused


def test_the_empty_page_leads_to_the_first_receiver(admin):
    answer = admin.get(reverse("delivery:list"))
    assert "Nothing is forwarded" in words(answer)
    assert page_of(answer).select_one(f"main a[href='{reverse('delivery:create')}']")


def test_a_receiver_is_set_up(admin):
    answer = admin.post(
        reverse("delivery:create"),
        given(
            verbs="https://example.org/a\r\n\r\n https://example.org/b \r\nhttps://example.org/a",
            pseudonymise="on",
            paused="on",
            begin="day",
            day="2026-11-20",
        ),
        follow=True,
    )
    made = Receiver.objects.get()
    assert answer.redirect_chain == [(reverse("delivery:show", args=[made.uuid]), 302)]
    assert (made.endpoint, made.verbs) == (
        "https://lrs.example.org/xapi",
        ["https://example.org/a", "https://example.org/b"],
    )
    assert made.since.isoformat() == "2026-11-19T23:00:00+00:00"
    assert (made.pseudonymise, made.delivery.paused) == (True, True)
    assert unseal(made.sealed_secret) == SECRET
    entry = Entry.objects.get(verb="set up receiver")
    assert (entry.target_id, entry.data["endpoint"]) == (str(made.uuid), made.endpoint)
    assert SECRET not in f"{entry.data} {answer.content}"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ...}),
        ("endpoint", {"endpoint": "http://lrs.example.org/"}),
        ("endpoint", {"endpoint": "https://a:b@lrs.example.org/"}),
        ("secret", {"secret": ...}),
        ("verbs", {"verbs": "completed"}),
        ("activities", {"activities": "\n".join(f"https://example.org/{n}" for n in range(101))}),
        ("tenant", {"tenant": "nobody"}),
        ("audience", {"audience": "organisation:none"}),
        ("day", {"begin": "day"}),
        ("day", {"begin": "day", "day": "soon"}),
        ("version", {"version": "0.95"}),
    ],
)
def test_what_is_wrong_is_told_at_its_field(admin, field, changes):
    answer = admin.post(reverse("delivery:create"), given(**changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert SECRET not in answer.content.decode()
    assert not Receiver.objects.exists()


def test_what_a_receiver_gets_is_told_in_words(admin, department):
    receiver = make(
        verbs=["https://example.org/verbs/done"],
        activities=["https://example.org/hike"],
        tenant="clinic",
        audience=f"organisation:{department.organisation.uuid}",
        pseudonymise=True,
    )
    told = words(admin.get(reverse("delivery:show", args=[receiver.uuid])))
    for part in (
        "verbs/done",
        "example.org/hike",
        "the customer clinic",
        "people of Donau Hospital",
        "with pseudonyms",
    ):
        assert part in told


def test_two_receivers_have_two_names(admin, receiver):
    answer = admin.post(reverse("delivery:create"), given())
    assert list(answer.context["form"].errors) == ["name"]


def test_a_change_keeps_the_secret_and_lifts_a_stop(admin, receiver):
    Delivery.objects.update(halted=True, fault="closed", fault_status=401, fault_at=now(), failures=1)
    address = reverse("delivery:edit", args=[receiver.uuid])
    assert SECRET not in admin.get(address).content.decode()
    admin.post(address, given(endpoint=receiver.endpoint, secret="", key="other"))
    receiver.refresh_from_db()
    assert (receiver.key, unseal(receiver.sealed_secret)) == ("other", SECRET)
    assert not Delivery.objects.get().halted
    assert Entry.objects.get(verb="changed receiver").data["changed"] == ["key"]


def test_a_new_address_asks_for_the_secret_again(admin, receiver):
    address = reverse("delivery:edit", args=[receiver.uuid])
    answer = admin.post(address, given(endpoint="https://elsewhere.example/xapi", secret=""))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["secret"])
    assert admin.post(address, given(endpoint="https://elsewhere.example/xapi", secret="new")).status_code == 302
    receiver.refresh_from_db()
    assert (receiver.endpoint, unseal(receiver.sealed_secret)) == ("https://elsewhere.example/xapi", "new")


def test_a_receiver_is_removed_after_a_question(admin, receiver):
    address = reverse("delivery:remove", args=[receiver.uuid])
    assert receiver.name in words(admin.get(address))
    assert Receiver.objects.exists()
    admin.post(address)
    assert not Receiver.objects.exists()
    assert Entry.objects.filter(verb="removed receiver", target_id=str(receiver.uuid)).exists()


def test_pausing_and_resuming_twice_is_one_fact(admin, receiver):
    for name, paused in (("pause", True), ("pause", True), ("resume", False), ("resume", False)):
        admin.post(reverse(f"delivery:{name}", args=[receiver.uuid]))
        assert Delivery.objects.get().paused is paused
    assert Entry.objects.filter(verb="paused delivery").count() == 1
    assert Entry.objects.filter(verb="resumed delivery").count() == 1


def test_lag_fault_and_success_are_told_in_words(admin, lms):
    with outside_store() as store, time_machine.travel(NOON, tick=False) as clock:
        receiver = make(endpoint=store.address, begin=Begin.NEW)  # numbers of statements go on from test to test
        show = reverse("delivery:show", args=[receiver.uuid])
        lms.post([statement(), statement()])
        clock.shift(timedelta(hours=3))
        for address in (reverse("delivery:list"), show):
            told = words(admin.get(address))
            assert "On its way" in told
            assert "at most 2 statements the oldest waits for 3\xa0hours".replace("\xa0", " ") in told
            assert "not yet" in told
        store.next_answers = [(500, {}, b"")]
        forward(receiver.pk)
        for address in (reverse("delivery:list"), show):
            told = words(admin.get(address))
            assert "Disturbed, tries again by itself It answered with an error of its own." in told
        assert "status 500" in words(admin.get(show))
        admin.post(reverse("delivery:retry", args=[receiver.uuid]))
        forward(receiver.pk)
        told = words(admin.get(show))
        assert "Up to date" in told
        assert "Delivered 2 statements" in told
        assert "Behind by nothing" in told
        store.is_open = False
        lms.post(statement())
        forward(receiver.pk)
        assert "Stopped, waits for you It refused the key" in words(admin.get(show))


def test_the_connection_is_tested(admin):
    with outside_store() as store:
        receiver = make(endpoint=store.address)
        address = reverse("delivery:test", args=[receiver.uuid])
        answer = admin.post(address, follow=True)
        assert "knows the key" in page_of(answer).select_one(".notice--success").get_text()
        store.is_open = False
        answer = admin.post(address, follow=True)
        assert "refused the key" in page_of(answer).select_one(".notice--error").get_text()


def refuse(receiver, count):
    return Parked.objects.bulk_create(
        Parked(receiver=receiver, statement=n, uuid=new_id(), status=400, reason=f"<b>reason {n}</b>", at=NOON)
        for n in range(count)
    )


def test_refused_statements_are_shown_sent_again_and_given_up(admin, receiver):
    refuse(receiver, 3)
    show = reverse("delivery:show", args=[receiver.uuid])
    first, second, third = receiver.parked.all()
    told = admin.get(show).content.decode()
    assert all(str(each.uuid) in told for each in (first, second, third))
    assert "&lt;b&gt;reason 2" in told
    address = reverse("delivery:refused", args=[receiver.uuid])
    admin.post(address, {"parked": [first.pk], "do": "retry"})
    admin.post(address, {"parked": [second.pk, "x", "9" * 30], "do": "dismiss"})
    assert dict(receiver.parked.values_list("pk", "retry")) == {first.pk: True, third.pk: False}
    admin.post(address, {"all": "1", "do": "dismiss"})
    assert not receiver.parked.exists()
    assert Entry.objects.filter(verb="retried refused statements").get().data["statements"] == [str(first.uuid)]
    assert Entry.objects.filter(verb="dismissed refused statements").count() == 2


def test_fault_55_statements_refused_by_another_receiver_are_out_of_reach(admin, receiver):
    other = make("Other")
    [theirs] = refuse(other, 1)
    admin.post(reverse("delivery:refused", args=[receiver.uuid]), {"parked": [theirs.pk], "do": "dismiss"})
    assert other.parked.count() == 1


def test_the_list_asks_as_much_for_one_receiver_as_for_twenty(admin, lms):
    lms.post([statement() for _ in range(5)])

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(reverse("delivery:list")).status_code == 200
        return len(asked)

    make("1")
    queries()  # what the process asks once
    one = queries()
    for n in range(2, 21):
        refuse(make(str(n)), 2)
    assert queries() == one


def test_the_page_of_a_receiver_asks_as_much_for_one_refusal_as_for_many(admin, receiver):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            answer = admin.get(reverse("delivery:show", args=[receiver.uuid]))
        return len(asked), len(page_of(answer).select("tbody tr"))

    refuse(receiver, 1)
    queries()  # what the process asks once
    one, rows = queries()
    assert rows == 1
    receiver.parked.all().delete()
    refuse(receiver, 60)
    assert queries() == (one, 25)
