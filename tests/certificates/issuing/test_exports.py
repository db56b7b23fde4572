"""FAULT 81: after a restore to an older point a signed list, kept elsewhere, tells what is missing."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from certificates.issuing import actions, rules
from certificates.issuing.credentials.exports import entries_of
from certificates.issuing.models import Certificate, Credential, CredentialKey
from certificates.issuing.tasks import sweep
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.issuing.test_credentials import bit
from tests.factories import NOON, UserFactory


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.SIGNING_FOLDER = tmp_path / "signing"


def issued():
    return actions.issue(completion=make_completion(UserFactory()), at=NOON)


def exported(tmp_path):
    path = tmp_path / "certificates.jws"
    call_command("export_certificates", str(path))
    return path


def compared(path, *options):
    out = StringIO()
    try:
        call_command("compare_certificates", str(path), *options, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def forget(certificate):
    """As a restore to a point before it was begun: the counter of places stands where it stood."""
    completion, place = certificate.completion, certificate.credential.pk
    Credential.objects.filter(certificate=certificate).delete()
    Certificate.objects.filter(pk=certificate.pk).delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = 'issuing_credential'", [place - 1])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence('issuing_credential', 'id'), %s, false)", [place])
    return completion


def test_fault_81_nothing_is_missing_while_nothing_was_restored(db, tmp_path):
    issued()
    assert "agree" in compared(exported(tmp_path))


def test_fault_81_certificates_issued_later_are_found(db, tmp_path):
    kept, lost = issued(), issued()
    path = exported(tmp_path)
    number, uuid = lost.number, lost.uuid
    forget(lost)
    told = compared(path)
    assert f"{number} {uuid}" in told
    assert "1 certificates differ" in told
    assert kept.number not in told


def test_fault_81_their_numbers_and_places_go_to_nobody_else(db, tmp_path, monkeypatch):
    issued()
    lost = issued()
    path = exported(tmp_path)
    number, place = lost.number, lost.credential.pk
    completion = forget(lost)
    assert "number and place in the status list are kept" in compared(path, "--apply")
    assert "agree" in compared(path)

    drawn = iter([number, number, "AC-0000-0000-0000"])
    monkeypatch.setattr(rules, "new_number", lambda: next(drawn))
    with pytest.raises(Certificate.DoesNotExist):
        actions.issue(completion=completion, at=NOON)
    sweep()
    assert not Certificate.objects.filter(number=number).exists()
    sweep()
    again = Certificate.objects.get(completion=completion)
    assert (again.number, again.issued_at is not None) == ("AC-0000-0000-0000", True)
    assert again.credential.pk > place


def test_fault_81_what_was_revoked_later_is_revoked_again(client, db, tmp_path):
    lost, revived = issued(), issued()
    actions.revoke(certificate=lost, reason="identity", at=NOON)
    actions.revoke(certificate=revived, reason="error", at=NOON + timedelta(days=1))
    path = exported(tmp_path)
    document = lost.credential
    forget(lost)
    Certificate.objects.filter(pk=revived.pk).update(revoked_at=None, revoked_reason="")
    assert bit(client, revived) is False
    told = compared(path, "--apply")
    assert "revoked again" in told
    revived.refresh_from_db()
    assert (revived.revoked_at, revived.revoked_reason) == (NOON + timedelta(days=1), "error")
    assert bit(client, revived) is True
    lost.credential = document
    assert bit(client, lost) is True


def test_fault_81_a_place_given_away_before_the_comparison_is_told(db, tmp_path):
    lost = issued()
    path = exported(tmp_path)
    place = lost.credential.pk
    forget(lost)
    assert issued().credential.pk == place
    assert "was given to another certificate since" in compared(path, "--apply")
    assert "agree" in compared(path)


def test_fault_81_a_place_given_away_costs_no_other_its_own(client, db, tmp_path):
    lost = [issued() for _ in range(3)]
    actions.revoke(certificate=lost[2], reason="error", at=NOON)
    path = exported(tmp_path)
    credentials = [each.credential for each in lost]
    places = [each.pk for each in credentials]
    for each in reversed(lost):
        forget(each)
    taken = issued()
    assert taken.credential.pk == places[0]
    compared(path, "--apply")
    kept = dict(Credential.objects.lost().values_list("number", "pk"))
    assert kept[lost[1].number] == places[1]
    assert kept[lost[2].number] == places[2]
    assert kept[lost[0].number] > places[2]
    lost[2].credential = credentials[2]
    later = issued()
    assert [bit(client, each) for each in (taken, later)] == [False, False]
    assert bit(client, lost[2]) is True
    assert later.credential.pk > kept[lost[0].number]


def test_fault_81_the_place_after_the_comparison_lies_behind_the_list(db, tmp_path):
    lost = issued()
    place, path = lost.credential.pk, exported(tmp_path)
    forget(lost)
    compared(path, "--apply")
    assert issued().credential.pk == place + 1


def unfinish(certificate):
    """As a restore to a point when it had been begun and not yet issued."""
    Certificate.objects.filter(pk=certificate.pk).update(issued_at=None, sha256="", file="", mailed_at=None)
    Credential.objects.filter(certificate=certificate).update(document="", token="")


@pytest.mark.parametrize("has_place", [True, False])
def test_fault_81_begun_before_the_dump_and_issued_after_it(client, db, tmp_path, has_place):
    lost, after = issued(), issued()
    path = exported(tmp_path)
    document, number, uuid = lost.credential, lost.number, lost.uuid
    forget(after)
    unfinish(lost)
    if not has_place:  # a corrected one takes it only when it is made
        Credential.objects.filter(certificate=lost).delete()
    assert f"{number} {uuid}" in compared(path)
    told = compared(path, "--apply")
    assert "not yet issued in the database" in told
    assert after.number in told, "those after it are seen to as well"
    assert "agree" in compared(path)
    assert Credential.objects.lost().filter(number=number, pk=document.pk).exists()

    sweep()
    again = Certificate.objects.get(pk=lost.pk)
    assert again.is_held
    assert again.get_held_for_display()
    facts = {"holder_name": again.holder_name, "course_title": again.course_title}
    actions.release(certificate=again, **facts, at=NOON)
    sweep()
    again = Certificate.objects.get(pk=lost.pk)
    assert again.issued_at
    assert again.number != number
    assert again.uuid != uuid
    assert again.credential.pk != document.pk
    assert client.get(f"/verify/{uuid}").status_code == 404
    call_command("revoke_lost_certificate", number, "error")
    lost.credential = document
    assert (bit(client, lost), bit(client, again)) == (True, False)


def test_fault_81_lost_ones_stay_in_the_lists_and_can_be_revoked(client, db, tmp_path):
    lost = issued()
    document, before = lost.credential, exported(tmp_path)
    told = entries_of(before.read_text())
    forget(lost)
    compared(before, "--apply")
    assert entries_of(exported(tmp_path).read_text()) == told

    point = Credential.objects.values().get()
    call_command("revoke_lost_certificate", lost.number, "identity")
    call_command("revoke_lost_certificate", lost.number, "error")
    path = exported(tmp_path)
    lost.credential = document
    assert bit(client, lost) is True
    assert Entry.objects.get(verb="revoked lost certificate").data["reason"] == "identity"

    Credential.objects.filter(pk=document.pk).update(**point)  # a second restore, to before it was revoked
    assert "valid again" in compared(path)
    assert "revoked again" in compared(path, "--apply")
    assert bit(client, lost) is True
    assert "agree" in compared(path)


def test_only_lost_ones_are_revoked_by_command(db):
    with pytest.raises(CommandError, match="in the CMS"):
        call_command("revoke_lost_certificate", issued().number, "error")


def test_a_list_that_cannot_be_written_leaves_the_last_one(db, tmp_path, settings):
    issued()
    path = exported(tmp_path)
    good = path.read_text()
    settings.CREDENTIAL_KEY = str(tmp_path / "nowhere.pem")
    with pytest.raises(CommandError, match="no list was written"):
        exported(tmp_path)
    assert path.read_text() == good
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["certificates.jws"]


def test_a_list_signed_with_a_distrusted_key_is_not_believed(db, tmp_path):
    issued()
    path = exported(tmp_path)
    call_command("distrust_credential_key", CredentialKey.objects.get().multibase)
    assert "no trusted key of this portal signed it" in compared(path)


def test_fault_81_another_file_under_the_same_number_is_told(db, tmp_path):
    certificate = issued()
    path = exported(tmp_path)
    Certificate.objects.filter(pk=certificate.pk).update(sha256="0" * 64)
    assert "another digest" in compared(path)


@pytest.mark.parametrize("kept", [-6, -300, 0])
def test_a_list_that_is_not_ours_is_not_believed(db, tmp_path, kept):
    issued()
    path = exported(tmp_path)
    path.write_text(path.read_text().strip()[:kept] + "AAAAAA")
    assert "no trusted key of this portal signed it" in compared(path, "--apply")


def test_a_credential_is_no_list(db, tmp_path):
    path = tmp_path / "token"
    path.write_text(issued().credential.token)
    assert "no trusted key of this portal signed it" in compared(path)


def test_the_list_holds_no_names(db, tmp_path):
    from base64 import urlsafe_b64decode

    certificate = issued()
    payload = exported(tmp_path).read_text().split(".")[1]
    text = urlsafe_b64decode(payload + "==").decode()
    assert certificate.number in text
    assert certificate.holder_name not in text
    assert "@" not in text
