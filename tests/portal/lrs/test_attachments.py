"""Data of attachments in answers: who gets which, how, and how many at a time."""

import hashlib

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.lrs import views
from portal.lrs.models import Attachment, Statement
from tests.portal.lrs.parts import MIXED, OTHER, TEXT, attachment, data_piece, json_piece, mixed, parts_of, sha2
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding
from tests.portal.lrs.shelves import each_version


def attach(client, *contents, **changes):
    """Store one statement with ``contents``; its id."""
    sent = statement(**{"attachments": [attachment(each) for each in contents], **changes})
    answer = client.post(mixed(json_piece(sent), *map(data_piece, contents)), MIXED)
    assert answer.status_code == 200, answer.content
    return answer.json()[0]


def contents_of(answer):
    return [content for _, content in parts_of(answer)[1:]]


@each_version
def test_one_statement_with_its_data(credential_for, version):
    lms = credential_for(version=version)
    uuid = attach(lms, TEXT, OTHER, attachments=[attachment(TEXT), attachment(OTHER, contentType="text/plain; a=b")])
    answer = lms.get(statementId=uuid, attachments="true")
    (head, text), *data = parts_of(answer)
    assert head == {"Content-Type": "application/json"}
    assert text == Statement.objects.get().body.encode()
    assert data == [
        (
            {
                "Content-Type": content_type,
                "Content-Transfer-Encoding": "binary",
                "X-Experience-API-Hash": hashlib.sha256(content).hexdigest(),
            },
            content,
        )
        for content, content_type in ((TEXT, "text/plain"), (OTHER, "text/plain; a=b"))
    ]
    plain = lms.get(statementId=uuid)
    for header in ("Last-Modified", "X-Experience-API-Version", "Cache-Control", "Vary"):
        assert answer[header] == plain[header]
    assert "X-Experience-API-Consistent-Through" in answer
    assert "Date" in answer


@each_version
@pytest.mark.parametrize("parameters", [{}, {"attachments": "false"}], ids=["absent", "false"])
def test_without_attachments_true_the_answer_is_json(credential_for, version, parameters):
    lms = credential_for(version=version)
    uuid = attach(lms, TEXT)
    for answer in (lms.get(statementId=uuid, **parameters), lms.get(**parameters)):
        assert answer["Content-Type"] == "application/json"
        assert TEXT not in answer.content
        answer.json()


@each_version
def test_a_list_gives_each_content_once(credential_for, version):
    lms = credential_for(version=version)
    attach(lms, TEXT)
    attach(lms, OTHER, TEXT)
    lms.post(statement())
    answer = lms.get(attachments="true")
    (_, text), *data = parts_of(answer)
    assert len(orjson.loads(text)["statements"]) == 3
    assert sorted(content for _, content in data) == sorted([TEXT, OTHER])


def test_a_part_carries_the_hash_as_the_statement_writes_it(lms):
    for name in (sha2(TEXT, "sha512"), sha2(TEXT).upper()):
        sent = statement(attachments=[attachment(sha2=name)])
        assert lms.post(mixed(json_piece(sent), data_piece(X_Experience_API_Hash=name)), MIXED).status_code == 200
    names = {headers["X-Experience-API-Hash"] for headers, _ in parts_of(lms.get(attachments="true"))[1:]}
    assert names == {sha2(TEXT, "sha512"), sha2(TEXT).upper()}


def test_data_of_a_sub_statement(lms):
    inner = {"objectType": "SubStatement", **statement(attachments=[attachment()])}
    uuid = attach(lms, TEXT, object=inner, attachments=...)
    assert contents_of(lms.get(statementId=uuid, attachments="true")) == [TEXT]


def test_an_attachment_with_an_address_alone_has_no_part(lms):
    uuid = attach(lms, TEXT)
    other = lms.post(statement(attachments=[attachment(fileUrl="https://example.org/a.txt")])).json()[0]
    assert contents_of(lms.get(statementId=other, attachments="true")) == []
    assert contents_of(lms.get(statementId=uuid, attachments="true")) == [TEXT]


@pytest.mark.parametrize("shown", ["ids", "canonical"])
def test_formats_go_with_attachments(lms, shown):
    uuid = attach(lms, TEXT)
    for given in ({"statementId": uuid}, {}):
        assert contents_of(lms.get(**given, format=shown, attachments="true")) == [TEXT]


def test_more_keeps_the_attachments_and_gives_each_page_its_own(lms):
    contents = [f"text {n}".encode() for n in range(5)]
    for each in contents:
        attach(lms, each)
    answer, found = lms.get(attachments="true", ascending="true", limit="2"), []
    while True:
        (_, text), *data = parts_of(answer)
        page = orjson.loads(text)
        assert len(data) == len(page["statements"]) <= 2
        found += [content for _, content in data]
        if not page["more"]:
            break
        answer = lms.get(page["more"])
    assert found == contents


def test_a_page_ends_earlier_with_large_attachments(lms, monkeypatch):
    monkeypatch.setattr(views, "PAGE_BYTES", 25_000)
    for n in range(3):
        attach(lms, bytes([n]) * 20_000)
    answer, sizes = lms.get(attachments="true"), []
    while True:
        (_, text), *data = parts_of(answer)
        sizes.append(len(data))
        page = orjson.loads(text)
        if not page["more"]:
            break
        answer = lms.get(page["more"])
    assert sizes == [1, 1, 1]
    assert len(lms.list()) == 3


def test_data_are_read_one_at_a_time_and_only_as_they_are_sent(lms):
    attach(lms, OTHER, TEXT)
    with CaptureQueriesContext(connection) as queries:
        answer = lms.get(attachments="true")
        asked = len(queries)
        chunks = iter(answer.streaming_content)
        next(chunks)
        assert len(queries) == asked
        assert [each for each in chunks if each in (TEXT, OTHER)] == [OTHER, TEXT]
        assert len(queries) == asked + 2


def test_the_number_of_queries_before_the_data_does_not_grow(lms):
    counts = []
    for _ in range(2):
        for n in range(10):
            attach(lms, str(n).encode(), TEXT)
        with CaptureQueriesContext(connection) as queries:
            lms.get(attachments="true")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@each_version
def test_head_tells_the_length_and_reads_no_data(credential_for, version):
    lms = credential_for(version=version)
    uuid = attach(lms, TEXT, b"x" * 50_000)
    for given in ({"statementId": uuid}, {}):
        get, head = lms.get(**given, attachments="true"), lms.head(**given, attachments="true")
        assert head.status_code == 200
        assert head["Content-Length"] == get["Content-Length"]
        assert head["Content-Type"].startswith("multipart/mixed; boundary=")
        with CaptureQueriesContext(connection) as queries:
            assert head.getvalue() == b""
        assert not len(queries)


def test_only_who_reads_a_statement_gets_its_data(credential_for, lms, other):
    uuid = attach(lms, TEXT)
    writer = credential_for({"mbox": "mailto:writer@example.org"}, ["statements/write"])
    mine = credential_for({"mbox": "mailto:mine@example.org"}, ["statements/write", "statements/read/mine"])
    assert writer.get(statementId=uuid, attachments="true").status_code == 403
    assert mine.get(statementId=uuid, attachments="true").status_code == 404
    assert contents_of(mine.get(attachments="true")) == []
    assert contents_of(other.get(statementId=uuid, attachments="true")) == [TEXT]
    own = attach(mine, TEXT, actor=BEN)
    assert contents_of(mine.get(attachments="true")) == contents_of(mine.get(statementId=own, attachments="true"))
    assert contents_of(mine.get(attachments="true")) == [TEXT]


def test_who_knows_the_hash_of_anothers_data_gets_nothing_by_it(lms, credential_for):
    attach(lms, TEXT)
    mine = credential_for({"mbox": "mailto:mine@example.org"}, ["statements/write", "statements/read/mine"])
    assert mine.post(statement(attachments=[attachment()])).status_code == 400
    assert mine.post(mixed(json_piece(statement(attachments=[attachment()]))), MIXED).status_code == 400
    uuid = mine.post(statement(attachments=[attachment(fileUrl="https://example.org/x")])).json()[0]
    assert contents_of(mine.get(statementId=uuid, attachments="true")) == []
    assert Attachment.objects.count() == 1


@each_version
def test_data_of_a_voided_statement_are_had_by_its_name_alone(credential_for, version):
    lms = credential_for(version=version)
    uuid = attach(lms, TEXT)
    assert lms.post(voiding(uuid)).status_code == 200
    assert lms.get(statementId=uuid, attachments="true").status_code == 404
    assert contents_of(lms.get(attachments="true")) == []
    assert contents_of(lms.get(voidedStatementId=uuid, attachments="true")) == [TEXT]


def test_a_statement_that_points_at_another_does_not_bring_its_data(lms):
    uuid = attach(lms, TEXT, actor=BEN)
    lms.post(statement(actor=ANNA, object={"objectType": "StatementRef", "id": uuid}))
    assert contents_of(lms.get(agent=ANNA, attachments="true")) == []
    assert contents_of(lms.get(agent=BEN, attachments="true")) == [TEXT]


def test_nothing_that_a_statement_says_becomes_a_header(lms):
    for content_type in ("text/plain;\r\nX: y", 'text/plain; a="\r\n\r\nz"', "text/plain\r\n"):
        sent = statement(id=new_id(), attachments=[attachment(contentType=content_type)])
        answer = lms.post(mixed(json_piece(sent), data_piece(Content_Type=...)), MIXED)
        assert (answer.status_code, answer.json()["path"]) == (400, "attachments[0].contentType")


def test_an_erased_statement_takes_its_attachments_along(lms):
    attach(lms, TEXT)
    Statement.objects.all().delete()
    assert not Attachment.objects.exists()
