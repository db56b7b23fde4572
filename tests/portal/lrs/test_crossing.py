"""Two organisations ask and write in every way that there is: what one does changes no answer that the other is given."""

import ast
import inspect

import pytest

from portal.lrs import parameters, urls, views
from portal.lrs.auth import SCOPES
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.crossing import DONAU, GONE, ISAR, KEPT, PLAIN, REGISTRATION, WAYS, questions, rich
from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import voiding
from tests.portal.lrs.shelves import PLACES, Shelf
from tests.portal.lrs.test_tokens import ask, bearing

READS_STATEMENTS = {"all", "all/read", "statements/read", "statements/read/mine"}
NEW = {"If-None-Match": "*"}
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
each_key = pytest.mark.parametrize("key", ["Basic", "Bearer"])


@pytest.fixture
def client_of(credential_for):
    """A client of an organisation; ``key`` says whether it sends key and secret, or a token that it was given for them."""

    def make(tenant, *, key="Basic", scopes=("all",), way=PLAIN):
        basic = credential_for(LMS, list(scopes), tenant=tenant)
        client = basic if key == "Basic" else bearing(basic, ask(basic, scope=" ".join(scopes)).json()["access_token"])
        client.version = way.base.rstrip("/") or "1.0.3"
        return client

    return make


def shelves(client):
    """Every place of documents; of state, with and without a registration."""
    for place in PLACES:
        yield Shelf(client, place)
        if place.is_state:
            yield Shelf(client, place, registration=REGISTRATION)


def fill(client, secret, *, kept=..., gone=...):
    """Store something in every place that there is."""
    sent = mixed(json_piece(rich(secret, id=kept, attachments=[attachment()])), data_piece())
    assert client.post(sent, MIXED).status_code == 200
    if gone is not ...:
        assert client.post([rich(secret, id=gone), voiding(gone)]).status_code == 200
    for shelf in shelves(client):
        assert shelf.put("x", {secret: 1}).status_code == 204


@each_way
@each_key
@pytest.mark.parametrize("has", ["nothing", "its own"])
def test_nothing_is_told_of_another(client_of, way, key, has):
    donau, isar = client_of(DONAU, key=key, way=way), client_of(ISAR, key=key, way=way)
    if has == "its own":
        fill(client_of(ISAR), "ours")
    theirs, ours = way.ask_all(donau), way.ask_all(isar)
    assert {answer[0] for answer in ours.values()} <= {200, 404}, "every question is a right one"
    fill(client_of(DONAU), "secret", kept=KEPT, gone=GONE)
    assert way.ask_all(isar) == ours
    changed = {question for question, answer in way.ask_all(donau).items() if answer != theirs[question]}
    unseen = {resource for resource, _ in ours.keys() - changed}
    assert unseen == ({"statements"} if way.name == "head in a form" else set()), "whose it is sees it"
    assert ("statements", f'{{"statementId": "{KEPT}"}}') in changed


@each_key
@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_no_scope_tells_of_another(client_of, key, scope):
    donau, isar = (client_of(tenant, key=key, scopes=[scope]) for tenant in (DONAU, ISAR))
    theirs, ours = PLAIN.ask_all(donau), PLAIN.ask_all(isar)
    assert {answer[0] for answer in ours.values()} <= {200, 403, 404}
    fill(client_of(DONAU), "secret", kept=KEPT, gone=GONE)
    assert PLAIN.ask_all(isar) == ours
    for question, answer in PLAIN.ask_all(donau).items():
        if question[0] not in {"activities", "agents"} or scope in READS_STATEMENTS:
            assert (answer != theirs[question]) == (answer[0] != 403), question


@pytest.mark.parametrize("way", [each for each in WAYS if each.method == "GET"], ids=lambda way: way.name)
@each_key
def test_nothing_of_another_is_changed(client_of, way, key):
    donau, isar = client_of(DONAU, key=key, way=way), client_of(ISAR, key=key, way=way)
    fill(client_of(DONAU), "secret", kept=KEPT, gone=GONE)
    theirs = way.ask_all(donau)
    own = {"Content-Type": "application/json"} if way.in_form else {}
    for uuid in (KEPT, GONE):
        taken = way.send(isar, "PUT", "statements", rich("ours"), headers=own, statementId=uuid)
        assert taken.status_code == 409
        assert way.send(isar, "POST", "statements", [rich("ours", id=uuid)], headers=own).status_code == 409
    for each in (voiding(KEPT), rich("ours")):
        assert way.send(isar, "POST", "statements", each, headers=own).status_code == 200
    for shelf in shelves(isar):
        for method, headers in (("PUT", NEW), ("POST", {}), ("DELETE", {})):
            named = {**shelf.parameters, shelf.place.id_name: "x"}
            answer = way.send(isar, method, shelf.place.resource, {"b": 1}, headers={**own, **headers}, **named)
            assert answer.status_code == 204
        if shelf.place.is_state:
            assert way.send(isar, "DELETE", shelf.place.resource, **shelf.parameters).status_code == 204
    assert way.ask_all(donau) == theirs


def test_every_resource_is_asked():
    """A resource that needs a credential and is not asked here would be one that nobody tried from outside."""
    there = {each.pattern._route for each in urls._resources() if not each.callback.view_class.is_open}
    assert questions().keys() == there


def test_every_parameter_is_asked(client_of, monkeypatch):
    """One that the code takes and no question has would be one by which something may cross unseen."""
    known = {"statements": parameters.SINGLE | parameters.RENDERING | parameters.LIST | {"more"}}
    check_given, reader = views.check_given, client_of(ISAR)
    for resource, several in questions().items():
        asked = set().union(*several)
        taken = set(known.get(resource, ()))

        def note(given, *, required=frozenset(), optional=frozenset(), taken=taken):
            taken |= required | optional
            check_given(given, required=required, optional=optional)

        monkeypatch.setattr(views, "check_given", note)
        assert all(PLAIN.send(reader, "GET", resource, **each).status_code in {200, 404} for each in several)
        assert asked == taken, resource


def test_every_name_that_the_code_looks_for_is_asked():
    """Whatever the tables say: a name by which a view or reader takes something from the request."""
    asked = set().union(*(names for several in questions().values() for names in several))
    looked = {name for module in (views, parameters) for name in names_taken(ast.parse(inspect.getsource(module)))}
    assert len(looked) > 10
    assert looked <= asked


def names_taken(tree):
    """Of ``given["name"]``, ``"name" in given``, ``given.get("name")`` and ``read(given, "name")``."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(ast.Name("given"), ast.Constant(str(name))):
                yield name
            case ast.Compare(ast.Constant(str(name)), [ast.In() | ast.NotIn()], [ast.Name("given")]):
                yield name
            case ast.Call(ast.Attribute(ast.Name("given"), "get"), [ast.Constant(str(name)), *_]):
                yield name
            case ast.Call(_, [ast.Name("given"), ast.Constant(str(name)), *_]):
                yield name
