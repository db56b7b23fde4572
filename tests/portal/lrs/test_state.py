"""What only state has: registrations, and the deletion of a whole place."""

import pytest

from tests.portal.lrs.samples import new_id
from tests.portal.lrs.shelves import STATE, Shelf, each_version


@pytest.fixture
def shelf(credential_for, version):
    return Shelf(credential_for(version=version), STATE)


@each_version
def test_a_registration_is_a_place_of_its_own(shelf, version):
    registration = new_id()
    registered = shelf.at(registration=registration)
    for each, text in ((shelf, b"without"), (registered, b"with")):
        assert each.put("x", text).status_code == 204
        each.put(text.decode(), b"")
    assert (shelf.content("x"), registered.content("x")) == (b"without", b"with")
    assert shelf.at(registration=registration.upper()).content("x") == b"with"
    assert (shelf.names(), registered.names()) == (["x", "without"], ["x", "with"])
    assert shelf.at(registration=new_id()).names() == []


@each_version
def test_without_a_name_delete_empties_the_place_and_no_other(shelf, version, other):
    others = [shelf.at(**each) for each in STATE.elsewhere] + [shelf.by(other)]
    for each in (shelf, *others):
        each.put("x", b"1")
        each.put("y", b"2")
    answer = shelf.delete()
    assert (answer.status_code, answer.content) == (204, b"")
    assert shelf.names() == []
    assert shelf.get("x").status_code == 404
    assert [each.names() for each in others] == [["x", "y"]] * len(others)
    registered = shelf.at(**STATE.elsewhere[-1])
    assert registered.delete().status_code == registered.delete().status_code == 204
    assert registered.names() == []


@each_version
def test_an_empty_name_does_not_empty_the_place(shelf, version):
    shelf.put("x", b"1")
    assert shelf.delete("").status_code == 400
    assert shelf.names() == ["x"]


@each_version
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_a_precondition_of_one_document_does_not_empty_the_place(shelf, version, header):
    shelf.put("x", b"1")
    answer = shelf.delete(headers={header: shelf.get("x")["ETag"]})
    assert (answer.status_code, answer.json()["path"]) == (400, "stateId")
    assert shelf.names() == ["x"]
