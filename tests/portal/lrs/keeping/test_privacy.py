"""What the record store gives a person of hers, and that the registry knows it."""

import io
import json

import pytest

from portal.core.clock import now
from portal.privacy.registry import holders
from tests.portal.lrs.keeping.told import everything_kept
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import ANNA, BEN, statement
from tests.portal.lrs.shelves import STATE, Shelf

pytestmark = pytest.mark.django_db
ALICE = {"mbox": "mailto:alice@example.org"}


@pytest.fixture
def holder():
    return next(each for each in holders() if each.name == "statements")


def exported(holder, person):
    return {name: b"".join(pieces) for name, pieces in holder.export(person)}


def test_fault_82_the_export_is_complete_and_only_hers(lms, alice, holder):
    sent = statement(actor=ALICE, attachments=[attachment(TEXT)])
    lms.post(mixed(json_piece(sent), data_piece(TEXT)), MIXED)
    lms.post([statement(actor={**BEN, "name": "Ben Other"}, context={"instructor": ALICE}), statement(actor=ANNA)])
    Shelf(lms, STATE, agent=ALICE).put("place", b"page 7")
    Shelf(lms, STATE, agent=BEN).put("place", b"page 8")
    files = exported(holder, alice)
    told = [json.loads(line) for line in io.BytesIO(files["statements.jsonl"])]
    assert [each["actor"].get("mbox") for each in told] == [ALICE["mbox"], None]
    assert told[1]["context"]["instructor"] == ALICE
    (document,) = (json.loads(line) for line in io.BytesIO(files["documents.jsonl"]))
    assert (document["name"], files[document["file"]]) == ("place", b"page 7")
    assert [content for name, content in files.items() if name.startswith("attachments/")] == [TEXT]
    whole = b"".join(files.values()).decode()
    for others in ("Ben Other", '"ben"', "anna@", "page 8"):
        assert others not in whole


def test_others_cannot_be_followed_from_one_statement_to_the_next(lms, alice, holder):
    lms.post([statement(actor=BEN, context={"instructor": ALICE}) for _ in range(2)])
    told = [json.loads(line) for line in io.BytesIO(exported(holder, alice)["statements.jsonl"])]
    assert len({each["actor"]["account"]["name"] for each in told}) == 2


def test_another_learner_who_speaks_for_herself_is_not_named_to_her(credential_for, alice, dora, holder, account_of):
    doras = credential_for(account_of(dora), ["statements/write"], tenant=str(dora.uuid))
    sent = statement(actor=account_of(dora), context={"instructor": ALICE})
    assert doras.post(sent).status_code == 200
    (told,) = (json.loads(line) for line in io.BytesIO(exported(holder, alice)["statements.jsonl"]))
    assert str(dora.uuid) not in json.dumps(told)
    assert told["context"]["instructor"] == ALICE


def test_the_registry_erases(lms, alice, holder):
    lms.post(statement(actor=ALICE))
    assert holder.erase(alice, now())["statements_deleted"] == 1
    assert "alice" not in everything_kept()
    assert exported(holder, alice) == {"statements.jsonl": b"", "documents.jsonl": b""}
