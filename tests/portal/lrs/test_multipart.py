"""POST and PUT of statements with the data of their attachments."""

import json
import tracemalloc

import orjson
import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.lrs import attachments, multipart
from portal.lrs.errors import InvalidError
from portal.lrs.models import Attachment, AttachmentData, AttachmentPiece, Statement
from tests.portal.lrs.parts import (
    BOUNDARY,
    MIXED,
    OTHER,
    TEXT,
    attachment,
    data_piece,
    json_piece,
    kept_content,
    mixed,
    parts_of,
    piece,
    sha2,
)
from tests.portal.lrs.samples import new_id, statement
from tests.portal.lrs.shelves import each_version

BYTES = bytes(range(256)) + b"\r\n--\r\n\r\n\n\r" + BOUNDARY.encode()
PIECES = b"ab" * attachments.PIECE_BYTES
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def with_text(**changes):
    return statement(attachments=[attachment(**changes)])


def nothing_is_stored():
    return not any(model.objects.exists() for model in (Statement, Attachment, AttachmentData, AttachmentPiece))


@each_version
@pytest.mark.parametrize("content", [TEXT, BYTES, b"", b"\r\n", b"x" * 1_000_000, PIECES], ids=len)
def test_data_are_kept_byte_for_byte(credential_for, version, content):
    lms = credential_for(version=version)
    sent = statement(attachments=[attachment(content, contentType='text/plain; charset="ascii"')])
    answer = lms.post(mixed(json_piece(sent), data_piece(content)), MIXED)
    assert answer.status_code == 200, answer.content
    kept = Attachment.objects.get()
    assert (str(kept.statement), kept.sha2, kept.content_type) == (
        answer.json()[0],
        sha2(content),
        'text/plain; charset="ascii"',
    )
    assert kept_content(kept) == content
    assert kept.data.size == len(content)


@each_version
def test_put_takes_data_too(credential_for, version):
    lms, uuid = credential_for(version=version), new_id()
    body = mixed(json_piece(with_text()), data_piece())
    assert lms.send("PUT", "statements", body, MIXED, statementId=uuid).status_code == 204
    assert str(Attachment.objects.get().statement) == uuid
    answer = lms.send("PUT", "statements", mixed(json_piece([with_text()]), data_piece()), MIXED, statementId=new_id())
    assert answer.status_code == 400


@each_version
@pytest.mark.parametrize(
    "pieces",
    [
        [json_piece(statement())],
        [json_piece([])],
        [json_piece(with_text(fileUrl="https://example.org/a.txt"))],
        [json_piece(with_text(fileUrl="https://example.org/a.txt")), data_piece()],
        [json_piece(with_text()), data_piece(Content_Type=...)],
        [json_piece(with_text()), data_piece(Content_Type="Text/Plain; charset=utf-8")],
        [json_piece(with_text()), data_piece(X_Experience_API_Hash=sha2(TEXT).upper())],
        [json_piece(with_text(sha2=sha2(TEXT).upper())), data_piece()],
        [json_piece(with_text()), data_piece(), data_piece()],
        [json_piece(with_text()), data_piece(Content_Disposition='attachment; filename="ä.txt"')],
        [
            json_piece(with_text(), "application/json; charset=utf-8", **{"Content-Transfer-Encoding": "8bit"}),
            data_piece(),
        ],
        [json_piece([with_text(), statement(), with_text()]), data_piece()],
        [
            json_piece(statement(attachments=[attachment(), attachment(OTHER), attachment(TEXT, contentType="a/b")])),
            data_piece(OTHER),
            data_piece(),
        ],
        [json_piece(statement(object={"objectType": "SubStatement", **with_text()})), data_piece()],
    ],
    ids=[
        "no attachment",
        "no statement",
        "an address alone",
        "an address and data",
        "no media type of the part",
        "media type in other words",
        "hash of the part in capitals",
        "hash of the attachment in capitals",
        "a part twice",
        "a file name",
        "a charset and an encoding of the statements",
        "two statements with the same data",
        "two parts in another order",
        "a sub-statement",
    ],
)
def test_what_is_taken(credential_for, version, pieces):
    answer = credential_for(version=version).post(mixed(*pieces), MIXED)
    assert answer.status_code == 200, answer.content
    assert AttachmentData.objects.count() == len(set(pieces[1:]))


@pytest.mark.parametrize("algorithm", ["sha224", "sha256", "sha384", "sha512"])
def test_every_sha2_names_data(lms, algorithm):
    name = sha2(TEXT, algorithm)
    body = mixed(json_piece(with_text(sha2=name)), data_piece(X_Experience_API_Hash=name))
    assert lms.post(body, MIXED).status_code == 200
    assert (Attachment.objects.get().sha2, Attachment.objects.get().data_id) == (name, sha2(TEXT))


def test_the_length_that_the_sender_tells_is_his_word(lms):
    """ADL's suite sends a picture in hexadecimal digits and tells the half of their number."""
    assert lms.post(mixed(json_piece(with_text(length=3)), data_piece()), MIXED).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [f'multipart/mixed; boundary="{BOUNDARY}"', f"Multipart/Mixed;charset=utf-8;boundary={BOUNDARY}"],
)
def test_how_the_boundary_is_told(lms, content_type):
    assert lms.post(mixed(json_piece(with_text()), data_piece()), content_type).status_code == 200


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\r\n", b""),
        (b"This is a message of several parts.\r\n", b"And this its end."),
        (b"--" + BOUNDARY[:-1].encode() + b"\r\n\r\n", b"\r\n--" + BOUNDARY.encode()),
    ],
    ids=["an empty line", "texts", "nearly the boundary"],
)
def test_what_stands_around_the_parts_is_not_read(lms, before, after):
    body = mixed(json_piece(with_text()), data_piece())
    assert lms.post(before + body.removesuffix(b"\r\n") + (b"\r\n" if after else b"") + after, MIXED).status_code == 200


def test_spaces_after_a_boundary_are_not_read(lms):
    body = mixed(json_piece(with_text()), data_piece()).replace(
        BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \t\r\n"
    )
    assert lms.post(body, MIXED).status_code == 200


GOOD = mixed(json_piece(with_text()), data_piece())
HASH, ENCODING = "X-Experience-API-Hash", "Content-Transfer-Encoding"
WRONG = {
    "no boundary in the header": (GOOD, "multipart/mixed;", "Content-Type"),
    "an empty boundary": (GOOD, "multipart/mixed; boundary=", "Content-Type"),
    "too long a boundary": (GOOD, "multipart/mixed; boundary=" + "x" * 71, "Content-Type"),
    "a boundary of wrong characters": (GOOD, 'multipart/mixed; boundary="a<b"', "Content-Type"),
    "another boundary": (GOOD, "multipart/mixed; boundary=x", "Content-Type"),
    "no boundary in the body": (json_piece(with_text()) + b"\r\n" + data_piece(), MIXED, "Content-Type"),
    "an empty body": (b"", MIXED, "Content-Type"),
    "multipart/form-data": (GOOD, MIXED.replace("mixed", "form-data"), "Content-Type"),
    "multipart/related": (GOOD, MIXED.replace("mixed", "related"), "Content-Type"),
    "no part": (mixed(), MIXED, "parts[0]"),
    "a boundary with something behind it": (GOOD.replace(b"6\r\n", b"67\r\n", 1), MIXED, "parts[0]"),
    "lines that end in LF alone": (GOOD.replace(b"\r\n", b"\n"), MIXED, "parts[0]"),
    "a boundary missing between the parts": (
        mixed(json_piece(with_text()) + b"\r\n" + data_piece()),
        MIXED,
        "parts[0]",
    ),
    "first part of another media type": (
        mixed(json_piece(with_text(), "text/plain"), data_piece()),
        MIXED,
        "parts[0].Content-Type",
    ),
    "first part without a media type": (
        mixed(piece(json.dumps(with_text()).encode(), {}), data_piece()),
        MIXED,
        "parts[0].Content-Type",
    ),
    "first part in another charset": (
        mixed(json_piece(with_text(), "application/json; charset=latin-1"), data_piece()),
        MIXED,
        "parts[0].Content-Type",
    ),
    "first part encoded": (
        mixed(json_piece(with_text(), **{ENCODING: "base64"}), data_piece()),
        MIXED,
        f"parts[0].{ENCODING}",
    ),
    "first part is not JSON": (mixed(piece(b"{", {"Content-Type": "application/json"})), MIXED, "parts[0]"),
    "data before the statements": (mixed(data_piece(), json_piece(with_text())), MIXED, "parts[0].Content-Type"),
    "a multipart as first part": (
        mixed(piece(GOOD.replace(b"6\r\n", b"5\r\n"), {"Content-Type": "multipart/mixed; boundary=y"})),
        MIXED,
        "parts[0].Content-Type",
    ),
    "a multipart as data": (
        mixed(
            json_piece(statement(attachments=[attachment(b"--y\r\n\r\nx\r\n--y--")])),
            data_piece(b"--y\r\n\r\nx\r\n--y--", Content_Type="multipart/mixed; boundary=y"),
        ),
        MIXED,
        "parts[1].Content-Type",
    ),
    "statements in two parts": (
        mixed(json_piece(with_text()), json_piece(with_text()), data_piece()),
        MIXED,
        f"parts[1].{HASH}",
    ),
    "no hash": (mixed(json_piece(with_text()), data_piece(X_Experience_API_Hash=...)), MIXED, f"parts[1].{HASH}"),
    "a hash that is none": (
        mixed(json_piece(with_text()), data_piece(X_Experience_API_Hash="abc")),
        MIXED,
        f"parts[1].{HASH}",
    ),
    "the hash of other data": (
        mixed(json_piece(with_text()), data_piece(X_Experience_API_Hash=sha2(OTHER))),
        MIXED,
        f"parts[1].{HASH}",
    ),
    "data changed on the way": (GOOD.replace(b"simple", b"simpel"), MIXED, f"parts[1].{HASH}"),
    "no transfer encoding": (
        mixed(json_piece(with_text()), data_piece(Content_Transfer_Encoding=...)),
        MIXED,
        f"parts[1].{ENCODING}",
    ),
    "another transfer encoding": (
        mixed(json_piece(with_text()), data_piece(Content_Transfer_Encoding="base64")),
        MIXED,
        f"parts[1].{ENCODING}",
    ),
    "fault 13: another media type than the attachment's": (
        mixed(json_piece(with_text()), data_piece(Content_Type="image/jpeg")),
        MIXED,
        "parts[1].Content-Type",
    ),
    "data that no statement names": (
        mixed(json_piece(with_text()), data_piece(), data_piece(OTHER)),
        MIXED,
        f"parts[2].{HASH}",
    ),
    "data and no attachment": (mixed(json_piece(statement()), data_piece()), MIXED, f"parts[1].{HASH}"),
    "neither data nor an address": (
        mixed(json_piece([statement(), statement(attachments=[attachment(), attachment(OTHER)])]), data_piece()),
        MIXED,
        "[1].attachments[1].fileUrl",
    ),
    "neither data nor an address in a sub-statement": (
        mixed(json_piece(statement(object={"objectType": "SubStatement", **with_text()}))),
        MIXED,
        "object.attachments[0].fileUrl",
    ),
    "JSON alone": (json.dumps(with_text()).encode(), "application/json", "attachments[0].fileUrl"),
    "a header twice": (
        mixed(json_piece(with_text()), b"content-type: text/plain\r\n" + data_piece()),
        MIXED,
        "parts[1].Content-Type",
    ),
    "a header without a name": (mixed(json_piece(with_text()), b": x\r\n" + data_piece()), MIXED, "parts[1]"),
    "a header without a colon": (mixed(json_piece(with_text()), b"x\r\n" + data_piece()), MIXED, "parts[1]"),
    "a header of two lines": (mixed(json_piece(with_text()), b"X: y\r\n z: a\r\n" + data_piece()), MIXED, "parts[1]"),
    "a header with NUL": (mixed(json_piece(with_text()), b"X: \0\r\n" + data_piece()), MIXED, "parts[1]"),
    "no empty line after the headers": (mixed(json_piece(with_text()), b"X: y"), MIXED, "parts[1]"),
    "cut off before the last boundary": (GOOD[:-7], MIXED, "parts[1]"),
    "cut off in the data": (GOOD[: GOOD.index(TEXT) + 3], MIXED, "parts[1]"),
    "cut off in the headers": (GOOD[: GOOD.index(b"binary")], MIXED, "parts[1]"),
    "cut off in the statements": (GOOD[:100], MIXED, "parts[0]"),
}


@each_version
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_form_is_refused_with_its_place_and_stores_nothing(credential_for, version, case):
    body, content_type, path = WRONG[case]
    answer = credential_for(version=version).post(body, content_type)
    assert (answer.status_code, answer.json()["path"]) == (400, path), answer.content
    assert answer.json()["error"]
    assert answer["X-Experience-API-Version"] == version
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "pieces",
    [
        [data_piece(str(n).encode()) for n in range(multipart.PART_LIMIT)],
        [b"\r\n"] * 100_000,
        [b"X: " + b"y" * 9000 + b"\r\n" + data_piece()],
        [b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + data_piece()],
        [b"\r\n".join([b"x" * 100] * 50_000)],
    ],
    ids=["parts", "empty parts", "a long header", "many headers", "headers without an end"],
)
def test_too_much_is_refused_in_bounded_memory(lms, pieces):
    body = mixed(json_piece(with_text()), *pieces)
    tracemalloc.start()
    answer = lms.post(body, MIXED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413, answer.content
    assert answer.json()["path"].startswith("parts[")
    assert peak < 3 * len(body) + 10_000_000
    assert nothing_is_stored()


def test_a_request_has_one_limit_whatever_its_form(lms, settings):
    settings.XAPI_BODY_LIMIT = len(GOOD) - 1
    assert lms.post(GOOD, MIXED).status_code == 413
    settings.XAPI_BODY_LIMIT = len(GOOD)
    assert lms.post(GOOD, MIXED).status_code == 200
    settings.XAPI_BATCH_LIMIT = 1
    assert lms.post(mixed(json_piece([statement()] * 2)), MIXED).status_code == 413


def test_one_bad_statement_refuses_all_data(lms):
    assert lms.post(mixed(json_piece([with_text(), statement(verb=...)]), data_piece()), MIXED).status_code == 400
    assert nothing_is_stored()


@each_version
def test_fault_2_the_same_again_is_stored_once(credential_for, version):
    lms = credential_for(version=version)
    sent = {**with_text(), "id": new_id()}
    for _ in range(2):
        assert lms.post(mixed(json_piece(sent), data_piece()), MIXED).json() == [sent["id"]]
    assert lms.post(mixed(json_piece(with_text()), data_piece()), MIXED).status_code == 200
    assert (Attachment.objects.count(), AttachmentData.objects.count()) == (2, 1)


def test_fault_3_another_statement_under_the_id_brings_no_data(lms):
    uuid = new_id()
    assert lms.post(statement(id=uuid)).status_code == 200
    sent = {**with_text(), "id": uuid, "result": {"success": True}}
    assert lms.post(mixed(json_piece(sent), data_piece()), MIXED).status_code == 409
    assert not AttachmentData.objects.exists()


@pytest.mark.parametrize("model", [Attachment, AttachmentData, AttachmentPiece])
def test_fault_76_no_statement_is_stored_without_its_data(lms, monkeypatch, model):
    def broken(*_, **__):
        raise IntegrityError

    monkeypatch.setattr(getattr(attachments, model.__name__).objects, "bulk_create", broken)
    assert lms.post(GOOD, MIXED).status_code == 409
    assert nothing_is_stored()


def test_pieces_are_full_and_the_last_holds_the_rest(lms, monkeypatch):
    monkeypatch.setattr(attachments, "PIECE_BYTES", 10)
    contents = [b"a" * 25, b"b" * 10, b"", b"c" * 3, b"d" * 4, b"e" * 5]
    sent = statement(attachments=[attachment(each) for each in contents])
    uuid = lms.post(mixed(json_piece(sent), *map(data_piece, contents)), MIXED).json()[0]
    sizes = [
        [len(bytes(piece.content)) for piece in each.data.pieces.order_by("number")]
        for each in Attachment.objects.order_by("pk")
    ]
    assert sizes == [[10, 10, 5], [10], [], [3], [4], [5]]
    assert [content for _, content in parts_of(lms.get(statementId=uuid, attachments="true"))[1:]] == contents


def test_a_credential_that_may_only_read_brings_no_data(credential_for):
    assert credential_for(scopes=["all/read"]).post(GOOD, MIXED).status_code == 403
    assert nothing_is_stored()


def test_many_attachments_take_few_queries(lms, django_assert_max_num_queries):
    contents = [str(n).encode() for n in range(100)]
    sent = [statement(attachments=[attachment(each)]) for each in contents]
    with django_assert_max_num_queries(14):
        assert lms.post(mixed(json_piece(sent), *map(data_piece, contents)), MIXED).status_code == 200
    assert AttachmentData.objects.count() == 100


@FUZZ
@given(body=st.binary(max_size=300))
@example(body=GOOD)
def test_fault_1_bytes_never_break_the_door(lms, body):
    before = Statement.objects.count()
    status = lms.post(body, MIXED).status_code
    assert status in {200, 400}
    assert Statement.objects.count() == before + (status == 200)


@FUZZ
@given(
    cut=st.tuples(st.integers(0, len(GOOD)), st.integers(0, len(GOOD))).map(sorted),
    put=st.binary(max_size=20) | st.sampled_from([b"\r\n", b"\r\n\r\n", b"--", f"--{BOUNDARY}".encode(), b"\0"]),
)
def test_fault_1_a_body_with_a_piece_replaced_is_stored_whole_or_refused(lms, cut, put):
    before = Statement.objects.count(), Attachment.objects.count()
    answer = lms.post(GOOD[: cut[0]] + put + GOOD[cut[1] :], MIXED)
    assert answer.status_code in {200, 400}
    kept = Statement.objects.count() - before[0], Attachment.objects.count() - before[1]
    assert kept in ({(1, 0), (1, 1)} if answer.status_code == 200 else {(0, 0)})
    if kept[1]:
        assert kept_content(Attachment.objects.latest("pk")) == TEXT


@FUZZ
@given(contents=st.lists(st.binary(max_size=50), max_size=4))
def test_whatever_is_attached_comes_back(lms, contents):
    sent = statement(attachments=[attachment(each, contentType="a/b") for each in contents])
    pieces = [data_piece(each, Content_Type="a/b") for each in contents]
    answer = lms.post(mixed(json_piece(sent), *pieces), MIXED)
    assert answer.status_code == 200, answer.content
    (_, text), *data = parts_of(lms.get(statementId=answer.json()[0], attachments="true"))
    assert orjson.loads(text)["attachments"] == sent["attachments"]
    assert {content for _, content in data} == set(contents)


@given(body=st.binary(max_size=300), boundary=st.text(max_size=75))
def test_the_reader_answers_or_refuses_whatever_it_is_given(body, boundary):
    for whole in (body, b"--" + boundary.encode(errors="replace") + b"\r\n" + body):
        try:
            text, parts = multipart.read(whole, boundary)
        except InvalidError:
            continue
        json.dumps(text)
        assert all(sha2(bytes(each.content)) == each.sha256 for each in parts)
