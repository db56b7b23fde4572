"""A person erased: what tells of her goes, what law asks to keep and what tells of others stays without her."""

import hashlib
import io
import json

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.keeping import erasure
from portal.lrs.models import (
    Attachment,
    AttachmentData,
    Credential,
    DailyCount,
    Document,
    Erasure,
    Reference,
    Statement,
    StatementId,
    Term,
)
from portal.lrs.vocabulary import PROGRESSED
from tests.portal.lrs.keeping.told import bodies, everything_kept, verified
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding
from tests.portal.lrs.shelves import AGENT_PROFILE, STATE, Shelf
from tests.portal.lrs.test_signatures import jws
from tests.portal.lrs.test_signatures import send as send_signed

pytestmark = pytest.mark.django_db
ALICE = {"objectType": "Agent", "name": "Alice Huber", "mbox": "mailto:alice@example.org"}
HASHED = {"mbox_sha1sum": hashlib.sha1(b"mailto:alice@example.org").hexdigest(), "name": "Alice Huber"}


def erase(user):
    return erasure.erase_person(user=user, at=now())


def stored(client, **changes):
    answer = client.post(statement(**changes))
    assert answer.status_code == 200, answer.content
    return answer.json()[0]


def rebuilt():
    """``rebuild_progress`` finds no difference."""
    call_command("rebuild_progress", stdout=io.StringIO())


@pytest.mark.parametrize("agent", [ALICE, HASHED], ids=["address", "hash of it"])
def test_what_others_tell_of_her_is_deleted_and_its_id_never_used_again(lms, alice, agent):
    uuid = stored(lms, actor=agent)
    again = statement(id=uuid, actor=agent)
    assert erase(alice)["statements_deleted"] == 1
    assert lms.get(statementId=uuid).status_code == 404
    for sent in (again, statement(id=uuid, actor=BEN)):
        assert lms.put(sent, statementId=uuid).status_code == 409
        assert lms.post([sent, statement()]).status_code == 409
    assert lms.get(statementId=uuid).status_code == 404
    assert not Statement.objects.filter(uuid=uuid).exists()
    assert StatementId.objects.get(uuid=uuid).statement is None
    assert verified() == []


MENTIONS = [
    {"context": {"instructor": ALICE}},
    {"context": {"team": {"objectType": "Group", "member": [ALICE, BEN]}}},
    {"context": {"team": {"objectType": "Group", "name": "Alice’s", "mbox": ALICE["mbox"]}}},
    {"actor": {"objectType": "Group", "member": [BEN, HASHED]}},
    {"object": {"objectType": "Group", "name": "All", "member": [BEN, ALICE]}},
    {
        "object": {
            "objectType": "SubStatement",
            **statement(actor=BEN, context={"instructor": ALICE}),
        }
    },
    {"context": {"instructor": ALICE}, "result": {"response": "told to Alice@example.org by mail"}},
    {
        "context": {
            "instructor": ALICE,
            "extensions": {"https://example.org/by/alice@example.org": [HASHED["mbox_sha1sum"], None, 1.5]},
        }
    },
]


@pytest.mark.parametrize("changes", MENTIONS)
def test_what_tells_of_others_stays_without_her(lms, alice, changes):
    uuid = stored(lms, **{"actor": BEN, **changes})
    before = json.loads(Statement.objects.get().body)
    done = erase(alice)
    assert (done["statements_rewritten"], done["statements_deleted"]) == (1, 0)
    (after,) = bodies()
    text = json.dumps(after).lower()
    for trace in ("alice@example.org", "alice huber", HASHED["mbox_sha1sum"], str(alice.uuid)):
        assert trace not in text
    assert f"{settings.PUBLIC_URL}/erased" in text
    for kept in ("id", "stored", "timestamp", "verb", "authority", "version"):
        assert after[kept] == before[kept]
    assert lms.get(statementId=uuid).status_code == 200
    assert lms.ids(agent={"mbox": ALICE["mbox"]}, related_agents="true") == []
    assert uuid in lms.ids(agent=BEN, related_agents="true")
    assert verified() == []


def test_no_outsider_stops_it_with_a_spelling(lms, alice):
    stored(lms, actor=BEN, context={"instructor": ALICE}, result={"response": "al\u0131ce@example.org"})
    assert erase(alice)["statements_rewritten"] == 1
    assert "example.org" not in bodies()[0]["result"]["response"]


def test_fields_of_xapi_2_are_reached(credential_for, alice):
    lms = credential_for(version="2.0.0")
    around = {
        "contextAgents": [{"objectType": "contextAgent", "agent": ALICE}],
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [ALICE, BEN]}}],
    }
    stored(lms, actor=BEN, context=around)
    assert erase(alice)["statements_rewritten"] == 1
    assert "alice" not in everything_kept()
    assert verified() == []


@pytest.mark.parametrize(
    "what",
    [
        {"objectType": "Agent", "mbox": ALICE["mbox"]},
        {"objectType": "SubStatement", **statement(actor=ALICE)},
        {"objectType": "SubStatement", **statement(actor=BEN, object={**ALICE})},
    ],
    ids=["done to her", "told of her", "told of what was done to her"],
)
def test_she_as_the_object_is_what_a_statement_is_about(lms, alice, what):
    stored(lms, actor=BEN, object=what)
    assert erase(alice)["statements_deleted"] == 1


def test_her_group_alone_is_she(lms, alice):
    stored(lms, actor={"objectType": "Group", "member": [ALICE, HASHED]})
    assert erase(alice)["statements_deleted"] == 1


def test_what_she_voided_stays_voided(lms, alice):
    target = stored(lms, actor=BEN)
    assert lms.post(voiding(target, actor=ALICE)).status_code == 200
    assert erase(alice)["statements_rewritten"] == 1
    assert lms.get(statementId=target).status_code == 404
    assert verified() == []


def test_a_voided_statement_of_hers_goes_too(lms, alice):
    target = stored(lms, actor=ALICE)
    assert lms.post(voiding(target, actor=BEN)).status_code == 200
    assert erase(alice)["statements_deleted"] == 1
    assert lms.get(voidedStatementId=target).status_code == 404
    assert verified() == []


def test_proofs_of_training_stay_under_a_pseudonym_and_progress_is_rebuilt_from_them(passed, account_of):
    rebuilt()
    before = {row.pk: row.uuid for row in Statement.objects.own()}
    done = erase(passed)
    assert done["statements_rewritten"] > 5
    assert str(passed.uuid) not in everything_kept()
    names = {each["actor"]["account"]["name"] for each in bodies()}
    assert len(names) == 1
    assert not names & {str(passed.uuid)}
    assert {row.pk: row.uuid for row in Statement.objects.all()}.items() <= before.items()
    verbs = {each["verb"]["id"].rsplit("/", 1)[1] for each in bodies()}
    assert verbs == {"registered", "initialized", "completed", "passed"}
    rebuilt()
    assert verified() == []


def test_without_the_facts_that_rest_on_them_no_proof_is_kept(passed):
    from courses.learning.models import Completion, Enrolment

    Completion.objects.all().delete()
    Enrolment.objects.all().delete()
    done = erase(passed)
    assert done["statements_rewritten"] == 0
    assert not Statement.objects.exists()
    rebuilt()
    assert verified() == []


def test_others_keep_all_they_had(lms, alice, account_of, passed):
    stored(lms)
    ben = [row for row in bodies() if row["actor"] == ANNA]
    erase(alice)
    assert [row for row in bodies() if row["actor"] == ANNA] == ben


def test_documents_of_hers_are_deleted_and_others_stay(lms, alice):
    for place in (STATE, AGENT_PROFILE):
        for agent in ({"mbox": ALICE["mbox"]}, BEN):
            assert Shelf(lms, place, agent=agent).put("a", b"alice").status_code == 204
    assert erase(alice)["documents_deleted"] == 2
    assert {row.agent for row in Document.objects.all()} == {"account:https://lms.example.org|ben"}


def test_data_go_with_her_statements_unless_another_has_them(lms, alice):
    for actor, content in ((ALICE, TEXT), (BEN, TEXT), (ALICE, b"hers alone")):
        sent = statement(actor=actor, attachments=[attachment(content)])
        assert lms.post(mixed(json_piece(sent), data_piece(content)), MIXED).status_code == 200
    erase(alice)
    assert AttachmentData.objects.get().pk == hashlib.sha256(TEXT).hexdigest()
    assert Attachment.objects.count() == 1
    assert verified() == []


def test_a_signature_holds_what_was_signed_and_goes(lms, alice):
    sent = statement(actor=BEN, context={"instructor": ALICE})
    assert send_signed(lms, sent, jws(sent)).status_code == 200
    assert AttachmentData.objects.count() == 1
    assert erase(alice)["statements_rewritten"] == 1
    assert not AttachmentData.objects.exists()
    assert "attachments" not in bodies()[0]
    assert verified() == []


def test_a_credential_that_speaks_as_she_ends_and_its_statements_name_her_no_more(
    credential_for, alice, django_capture_on_commit_callbacks
):
    hers = credential_for({"mbox": ALICE["mbox"]})
    stored(hers, actor=BEN)
    with django_capture_on_commit_callbacks(execute=True):
        done = erase(alice)
    assert (done["statements_rewritten"], done["credentials_ended"]) == (1, 1)
    assert hers.get().status_code == 401
    assert "alice" not in json.dumps(Credential.objects.get().authority)
    assert bodies()[0]["authority"]["account"]["homePage"] == f"{settings.PUBLIC_URL}/erased"
    assert verified() == []


@pytest.fixture
def hers(credential_for, alice, account_of):
    """A client of Alice's own, which speaks as she does."""
    return credential_for(account_of(alice), ["statements/write", "statements/read/mine"], tenant=str(alice.uuid))


def test_her_own_keys_end_before_anything_is_erased(hers, alice, account_of, monkeypatch):
    stored(hers, actor=account_of(alice))
    reached = []

    def looks(name):
        cache.clear()  # the test's own transaction never ends, and with its end the cache is told
        reached.append(hers.post(statement(actor=account_of(alice))).status_code)

    monkeypatch.setattr(erasure, "failpoint", looks)
    erase(alice)
    assert reached == [401]
    assert not Statement.objects.exists()


def test_nothing_of_her_own_key_is_left(hers, alice, account_of):
    target = stored(hers, actor=account_of(alice))
    assert hers.post(voiding(target, actor=account_of(alice))).status_code == 200
    count_new_statements(at=now())
    erase(alice)
    left = Credential.objects.get()
    assert (left.name, left.tenant) == ("", "")
    rows = [*Statement.objects.all(), *Reference.objects.all(), *DailyCount.objects.all()]
    assert {row.tenant for row in rows} == {""}
    assert not Reference.objects.filter(authority__contains=str(alice.uuid)).exists()
    assert sum(row.statements for row in DailyCount.objects.all()) == 2
    assert verified() == []
    assert set(erase(alice).values()) == {0}


def test_the_list_of_keys_shows_one_that_was_hers(hers, alice, desk):
    erase(alice)
    assert desk.get(reverse("keys:list")).status_code == 200


def test_counts_of_hers_join_those_that_are_nobodys_already(hers, alice, account_of):
    stored(hers, actor=account_of(alice))
    count_new_statements(at=now())
    row = DailyCount.objects.get()
    row.pk, row.tenant = None, ""
    row.save(force_insert=True)
    erase(alice)
    assert [(each.tenant, each.statements) for each in DailyCount.objects.all()] == [("", 2)]


def test_what_is_counted_names_her_no_more(lms, alice):
    iri = "https://example.org/of/alice@example.org"
    stored(lms, actor=BEN, object={"id": iri, "definition": {"name": {"en": "Desk of Alice@example.org"}}})
    stored(lms, actor=ALICE, object={"id": iri})
    count_new_statements(at=now())
    erase(alice)
    for term in Term.objects.all():
        assert "alice" not in f"{term.key} {term.iri} {term.names}".lower()


def test_fault_82_nothing_is_left_and_the_log_names_nobody(passed, lms, account_of):
    alice = passed
    for actor in (ALICE, HASHED, account_of(alice)):
        stored(lms, actor=actor)
        stored(lms, actor=BEN, context={"instructor": actor})
        Shelf(lms, STATE, agent={key: value for key, value in actor.items() if key != "name"}).put("a", b"{}")
    call_command("erase_from_statements", str(alice.uuid), stdout=io.StringIO())
    for trace in ("alice", str(alice.uuid), HASHED["mbox_sha1sum"]):
        assert trace not in everything_kept()
    entry = Entry.objects.get(verb="erased person from the record store")
    assert entry.target_id == str(alice.uuid)
    assert all(isinstance(value, int) for value in entry.data.values())
    assert Erasure.objects.get().pseudonym is None


def test_a_second_time_finds_nothing(lms, alice):
    stored(lms, actor=ALICE)
    erase(alice)
    assert set(erase(alice).values()) == {0}
    assert Entry.objects.filter(verb="erased person from the record store").count() == 1


def test_what_arrives_later_is_erased_by_another_call(lms, alice):
    stored(lms, actor=ALICE)
    erase(alice)
    stored(lms, actor=ALICE)
    assert erase(alice)["statements_deleted"] == 1
    assert not Statement.objects.exists()


def test_broken_off_it_goes_on_with_the_same_pseudonym(lms, alice, monkeypatch):
    monkeypatch.setattr(erasure, "BATCH", 2)
    for _ in range(5):
        stored(lms, actor=BEN, context={"instructor": ALICE})
    reached = []

    def breaks_off(name):
        assert name == "erased a batch"
        reached.append(name)
        if len(reached) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(erasure, "failpoint", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            erase(alice)
    assert "alice" in everything_kept()
    assert erase(alice)["statements_rewritten"] == 1
    names = {each["context"]["instructor"]["account"]["name"] for each in bodies()}
    assert len(names) == 1
    assert verified() == []


def test_a_spoiled_text_is_deleted(lms, alice):
    stored(lms, actor=ALICE)
    Statement.objects.update(body="{alice")
    erase(alice)
    assert not Statement.objects.exists()


def test_own_sentences_that_prove_nothing_go(passed):
    assert any(each["verb"]["id"] == PROGRESSED for each in bodies())
    erase(passed)
    assert not any(each["verb"]["id"] == PROGRESSED for each in bodies())


def test_the_command_knows_people_by_uuid():
    with pytest.raises(CommandError, match="nobody"):
        call_command("erase_from_statements", new_id())


def test_a_batch_asks_the_same_whatever_is_stored(lms, alice, django_assert_max_num_queries):
    for _ in range(20):
        stored(lms, actor=ALICE)
    with django_assert_max_num_queries(58):
        erase(alice)
