"""Every screen that a person can reach: as whom, where, and of which template it is made."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.acts import (
    ask_for_new_password,
    ask_for_nobody,
    look_at_menus,
    make_credential,
    make_link,
    open_everything,
    send,
    send_first,
    sign_in_with_password,
    upload_other_file,
    wish_for_ever,
)


@dataclass(frozen=True)
class Screen:
    """One screen.

    Args:
        name: of the test.
        template: that it is made of.
        who: "visitor", one of ``visitors.ROLES``, or somebody whom ``states.py`` signs in.
        address: where; ``{names}`` stand for what ``states.py`` tells.
        act: what the person does there before it is looked at.
        status: of the answer.
    """

    name: str
    template: str
    who: str
    address: str
    act: Callable[[Page], None] | None = None
    status: int = 200


COURSE, LEARN = "/en/courses/justification/", "/learn/justification/"
KEYS = "/records/credentials/"
CREDITS, ACCREDITATIONS = "/certificates/credits/", "/certificates/accreditations/"
TRANSCRIPT = "/certificates/transcript/"
REVIEWING = "certificates/reviewing/"  # of templates
DELIVERY = "/records/delivery/"
ACCOUNT, MFA, RECORDS = "/account/", "/account/2fa/", "/records/"

SCREENS = [
    # the site
    Screen("home", "pages/campaign_pages/home_page.html", "visitor", "/en/"),
    Screen("home signed in", "pages/campaign_pages/home_page.html", "admin", "/en/"),
    Screen("campaign", "pages/campaign_pages/campaign_page.html", "visitor", "/en/call-for-action/", open_everything),
    Screen("about", "pages/campaign_pages/campaign_page.html", "visitor", "/en/about/"),
    Screen("catalogue", "pages/catalogue/course_index_page.html", "visitor", "/en/courses/"),
    Screen("course", "pages/catalogue/course_page.html", "visitor", COURSE, open_everything),
    Screen("course not enrolled", "pages/catalogue/course_page.html", "organiser", COURSE),
    Screen("course begun", "pages/catalogue/course_page.html", "reading", COURSE),
    Screen("course completed", "pages/catalogue/course_page.html", "passed", COURSE),
    Screen("module", "pages/catalogue/module_page.html", "visitor", COURSE + "{module}/"),
    Screen("lesson without enrolment", "pages/catalogue/lesson_page.html", "visitor", COURSE + "{lesson}/"),
    Screen("privacy", "accounts/privacy.html", "visitor", ACCOUNT + "privacy/"),
    Screen("privacy with consent", "accounts/privacy.html", "learner", ACCOUNT + "privacy/"),
    # verification
    Screen("verify", "certificates/verify_start.html", "visitor", "/verify/"),
    Screen("verify nothing", "certificates/verify_start.html", "visitor", "/verify/?number=", status=422),
    Screen("verify unknown number", "certificates/verify_start.html", "visitor", "/verify/?number=AC-1", status=404),
    Screen("verify without a file", "certificates/verify_start.html", "visitor", "/verify/", send, status=422),
    Screen("verify unknown file", "certificates/verify_start.html", "visitor", "/verify/", upload_other_file, 404),
    Screen("valid", "certificates/verify.html", "visitor", "/verify/{certificate}"),
    Screen("valid, other file", "certificates/verify.html", "visitor", "/verify/{certificate}", upload_other_file),
    Screen("valid, no file", "certificates/verify.html", "visitor", "/verify/{certificate}", send, 422),
    Screen("revoked", "certificates/verify.html", "visitor", "/verify/{revoked}"),
    Screen("replaced", "certificates/verify.html", "visitor", "/verify/{replaced}"),
    Screen("expired", "certificates/verify.html", "visitor", "/verify/{expired}"),
    Screen("holder erased", "certificates/verify.html", "visitor", "/verify/{erased}"),
    Screen("unknown", "certificates/verify.html", "visitor", "/verify/{unknown}", status=404),
    Screen(
        "transcript of a stranger", "certificates/transcripts/shared.html", "visitor", "/shared/transcript/{shared}"
    ),
    Screen(
        "transcript, withdrawn",
        "certificates/transcripts/shared.html",
        "visitor",
        "/shared/transcript/{withdrawn}",
        status=404,
    ),
    Screen(
        "transcript, unknown", "certificates/transcripts/shared.html", "visitor", "/shared/transcript/x", status=404
    ),
    # errors
    Screen("404", "404.html", "visitor", "/nowhere/", status=404),
    Screen("404 signed in", "404.html", "learner", "/departments/{empty}/", status=404),
    Screen("400", "400.html", "visitor", "shown"),
    Screen("certificate out of reach", "certificates/away.html", "visitor", "shown"),
    Screen("403", "403.html", "visitor", "shown"),
    Screen("403 form", "403_csrf.html", "visitor", "shown"),
    Screen("410", "410.html", "visitor", "shown"),
    Screen("429", "429.html", "visitor", "shown"),
    Screen("500", "500.html", "visitor", "shown"),
    Screen("503", "503.html", "visitor", "shown"),
    # entrance
    Screen("sign in", "account/login.html", "visitor", ACCOUNT + "login/"),
    Screen("sign in empty", "account/login.html", "visitor", ACCOUNT + "login/", send_first),
    Screen("second step", "mfa/authenticate.html", "stranger", ACCOUNT + "login/", sign_in_with_password),
    Screen("sign up", "account/signup.html", "visitor", ACCOUNT + "signup/"),
    Screen("sign up empty", "account/signup.html", "visitor", ACCOUNT + "signup/", send),
    Screen("sign-up closed", "account/signup_closed.html", "visitor", "shown"),
    Screen("look into mailbox", "account/verification_sent.html", "visitor", ACCOUNT + "confirm-email/"),
    Screen("address needed", "account/verified_email_required.html", "visitor", "shown"),
    Screen("confirm address", "account/email_confirm.html", "visitor", ACCOUNT + "confirm-email/{confirm}/"),
    Screen("confirm address too late", "account/email_confirm.html", "visitor", ACCOUNT + "confirm-email/x/"),
    Screen("forgotten password", "account/password_reset.html", "visitor", ACCOUNT + "password/reset/"),
    Screen("forgotten password empty", "account/password_reset.html", "visitor", ACCOUNT + "password/reset/", send),
    Screen(
        "forgotten password sent",
        "account/password_reset_done.html",
        "visitor",
        ACCOUNT + "password/reset/",
        ask_for_new_password,
    ),
    Screen("new password", "account/password_reset_from_key.html", "visitor", ACCOUNT + "password/reset/key/{reset}/"),
    Screen(
        "new password too late",
        "account/password_reset_from_key.html",
        "visitor",
        ACCOUNT + "password/reset/key/1-x/",
    ),
    Screen(
        "new password saved",
        "account/password_reset_from_key_done.html",
        "visitor",
        ACCOUNT + "password/reset/key/done/",
    ),
    Screen("account closed", "account/account_inactive.html", "visitor", ACCOUNT + "inactive/"),
    # the account
    Screen("profile", "accounts/profile.html", "learner", ACCOUNT + "profile/"),
    Screen("address", "account/email_change.html", "learner", ACCOUNT + "email/"),
    Screen("address on the move", "account/email_change.html", "moving", ACCOUNT + "email/"),
    Screen("password", "account/password_change.html", "learner", ACCOUNT + "password/change/"),
    Screen("password empty", "account/password_change.html", "learner", ACCOUNT + "password/change/", send),
    Screen("first password", "account/password_set.html", "keyless", ACCOUNT + "password/set/"),
    Screen("devices", "usersessions/usersession_list.html", "learner", ACCOUNT + "sessions/"),
    Screen("sign out", "account/logout.html", "learner", ACCOUNT + "logout/"),
    Screen("confirm who is there", "account/reauthenticate.html", "learner", ACCOUNT + "reauthenticate/"),
    Screen("security", "mfa/index.html", "learner", MFA),
    Screen("security set up", "mfa/index.html", "safe", MFA),
    Screen("app", "mfa/totp/activate_form.html", "learner", MFA + "totp/activate/"),
    Screen("app wrong code", "mfa/totp/activate_form.html", "learner", MFA + "totp/activate/", send),
    Screen("app removed", "mfa/totp/deactivate_form.html", "safe", MFA + "totp/deactivate/"),
    Screen("codes", "mfa/recovery_codes/index.html", "safe", MFA + "recovery-codes/"),
    Screen("new codes", "mfa/recovery_codes/generate.html", "safe", MFA + "recovery-codes/generate/"),
    Screen("confirm by code", "mfa/reauthenticate.html", "safe", MFA + "reauthenticate/"),
    Screen("keys", "mfa/webauthn/authenticator_list.html", "safe", MFA + "webauthn/"),
    Screen("no keys", "mfa/webauthn/authenticator_list.html", "learner", MFA + "webauthn/"),
    Screen("new key", "mfa/webauthn/add_form.html", "learner", MFA + "webauthn/add/"),
    Screen("key renamed", "mfa/webauthn/edit_form.html", "safe", MFA + "webauthn/keys/{key}/edit/"),
    Screen(
        "key removed", "mfa/webauthn/authenticator_confirm_delete.html", "safe", MFA + "webauthn/keys/{key}/remove/"
    ),
    Screen("recorded", "lrs/mine/list.html", "passed", ACCOUNT + "records/", open_everything),
    Screen("recorded, nothing", "lrs/mine/list.html", "organiser", ACCOUNT + "records/"),
    Screen("recorded, place lost", "lrs/mine/list.html", "passed", ACCOUNT + "records/?after=x", status=400),
    # the record store
    Screen("statements", "lrs/browser/list.html", "admin", RECORDS, open_everything),
    Screen("statements of several", "lrs/browser/list.html", "admin", RECORDS + "?person=screens", status=400),
    Screen("statements asked wrongly", "lrs/browser/list.html", "admin", RECORDS + "?activity=x", status=400),
    Screen("statements, nothing found", "lrs/browser/list.html", "admin", RECORDS + "?registration={unknown}"),
    Screen("statements, place lost", "lrs/browser/list.html", "admin", RECORDS + "?after=x", status=400),
    Screen("statement with a file", "lrs/browser/statement.html", "admin", RECORDS + "{told}/"),
    Screen("statement voided", "lrs/browser/statement.html", "admin", RECORDS + "{voided}/"),
    Screen("statement in a statement", "lrs/browser/statement.html", "admin", RECORDS + "{planned}/"),
    Screen("voiding", "lrs/browser/void.html", "admin", RECORDS + "{told}/void/"),
    Screen("voiding without a reason", "lrs/browser/void.html", "admin", RECORDS + "{told}/void/", send, 422),
    Screen("person with an account", "lrs/browser/person.html", "admin", RECORDS + "person/?person={passed}"),
    Screen("person elsewhere", "lrs/browser/person.html", "admin", RECORDS + "person/?agent={mia}"),
    Screen("person never told of", "lrs/browser/person.html", "admin", RECORDS + "person/?agent={nobody}"),
    Screen("activity", "lrs/browser/activity.html", "admin", RECORDS + "activity/?id={talk}"),
    # learning
    Screen("start", "home/start.html", "learner", "/start/"),
    Screen("start begun", "home/start.html", "reading", "/start/"),
    Screen("start completed", "home/start.html", "passed", "/start/"),
    Screen("start of a lead", "home/start.html", "lead", "/start/"),
    Screen("start of an organiser", "home/start.html", "organiser", "/start/"),
    Screen("start with the menus open", "home/start.html", "admin", "/start/", look_at_menus),
    Screen("my courses, none", "learning/index.html", "organiser", "/learn/"),
    Screen("my courses, one", "learning/index.html", "reading", "/learn/"),
    Screen("my courses, completed", "learning/index.html", "passed", "/learn/"),
    Screen("my course", "learning/course.html", "reading", LEARN),
    Screen("my course completed", "learning/course.html", "passed", LEARN),
    Screen("lesson", "learning/lesson.html", "reading", LEARN + "{lesson}/", open_everything),
    Screen("quiz unread", "quizzes/start.html", "reading", LEARN + "quiz/"),
    Screen("quiz running", "quizzes/start.html", "asked", LEARN + "quiz/"),
    Screen("quiz failed", "quizzes/start.html", "failed", LEARN + "quiz/"),
    Screen("question", "quizzes/question.html", "asked", LEARN + "quiz/{attempt}/1/"),
    Screen("question without an answer", "quizzes/question.html", "asked", LEARN + "quiz/{attempt}/1/", send, 422),
    Screen("not passed", "quizzes/result.html", "failed", LEARN + "quiz/{lost}/", open_everything),
    Screen("passed", "quizzes/result.html", "passed", LEARN + "quiz/{won}/"),
    # the record store
    Screen("counters", "lrs/counts/show.html", "admin", "/records/counters/", open_everything),
    Screen(
        "counters, nothing there",
        "lrs/counts/show.html",
        "admin",
        "/records/counters/?until=2020-01-01&since=2020-01-01",
    ),
    Screen(
        "counters, wrong period", "lrs/counts/show.html", "admin", "/records/counters/?until=2020-01-01", status=422
    ),
    Screen("exports", "lrs/exports/list.html", "admin", "/records/exports/"),
    Screen("new export", "lrs/exports/new.html", "admin", "/records/exports/new/"),
    Screen("new export, wrong", "lrs/exports/new.html", "admin", "/records/exports/new/", ask_for_nobody, 422),
    # certificates and departments
    Screen("certificates", "certificates/mine.html", "passed", "/certificates/"),
    Screen("certificates, none", "certificates/mine.html", "organiser", "/certificates/"),
    Screen("certificate", "certificates/card.html", "passed", "/certificates/card/{enrolment}/", open_everything),
    Screen("certificate in preparation", "certificates/card.html", "waiting", "/certificates/card/{pending}/"),
    Screen("certificates, one waits", "certificates/mine.html", "choosing", "/certificates/"),
    Screen("certificate waits", "certificates/card.html", "choosing", "/certificates/card/{choosing}/"),
    Screen("body", "certificates/cme/body.html", "choosing", CREDITS + "{choosing}/body/"),
    Screen("body not chosen", "certificates/cme/body.html", "choosing", CREDITS + "{choosing}/body/", send, 422),
    Screen("credits", "certificates/cme/details.html", "claiming", CREDITS + "{claiming}/details/"),
    Screen(
        "credits, none typed", "certificates/cme/details.html", "claiming", CREDITS + "{claiming}/details/", send, 422
    ),
    Screen("evaluation", "certificates/cme/evaluation.html", "judging", CREDITS + "{judging}/evaluation/"),
    Screen(
        "evaluation, empty", "certificates/cme/evaluation.html", "judging", CREDITS + "{judging}/evaluation/", send, 422
    ),
    Screen("course with credits", "learning/course.html", "reading", LEARN),
    Screen("evaluations", "certificates/evaluation/index.html", "organiser", "/certificates/evaluations/"),
    Screen("evaluations, none", "certificates/evaluation/index.html", "learner", "/certificates/evaluations/"),
    Screen("results", "certificates/evaluation/results.html", "organiser", "/certificates/evaluations/{course}/"),
    Screen("accreditations", "certificates/reporting/index.html", "organiser", ACCREDITATIONS),
    Screen("accreditations, none", "certificates/reporting/index.html", "learner", ACCREDITATIONS),
    Screen("report", "certificates/reporting/show.html", "organiser", ACCREDITATIONS + "{accreditation}/"),
    Screen(
        "report, wrong days",
        "certificates/reporting/show.html",
        "organiser",
        ACCREDITATIONS + "{accreditation}/?since=2026-12-01&until=2026-11-01",
        status=422,
    ),
    Screen("reviewers", REVIEWING + "reviewers.html", "organiser", ACCREDITATIONS + "{accreditation}/reviewers/"),
    Screen(
        "reviewers, nobody named",
        REVIEWING + "reviewers.html",
        "organiser",
        ACCREDITATIONS + "{accreditation}/reviewers/",
        send,
        422,
    ),
    Screen("reviewer, link again", REVIEWING + "again.html", "organiser", "/certificates/reviewers/{reviewer}/again/"),
    Screen("reviewer, end", REVIEWING + "end.html", "organiser", "/certificates/reviewers/{reviewer}/end/"),
    Screen("reviewer, remove", REVIEWING + "end.html", "organiser", "/certificates/reviewers/{ended_reviewer}/end/"),
    Screen("review", REVIEWING + "start.html", "reviewing", "/review/"),
    Screen("review, lesson", REVIEWING + "lesson.html", "reviewing", "/review/lessons/{first_lesson}/"),
    Screen("review, questions", REVIEWING + "questions.html", "reviewing", "/review/questions/"),
    Screen("review, evaluation", REVIEWING + "evaluation.html", "reviewing", "/review/evaluation/"),
    Screen("review, report", REVIEWING + "report.html", "reviewing", "/review/report/"),
    Screen("review without link", REVIEWING + "closed.html", "visitor", "/review/", status=403),
    Screen("review, unknown", REVIEWING + "closed.html", "visitor", "/review/open/x", status=404),
    Screen("review, ended", REVIEWING + "closed.html", "visitor", "/review/open/ended", status=410),
    Screen("transcript", "certificates/transcripts/show.html", "collecting", TRANSCRIPT),
    Screen("transcript, none", "certificates/transcripts/show.html", "organiser", TRANSCRIPT),
    Screen("certificate to show", "certificates/transcripts/code.html", "collecting", TRANSCRIPT + "{collected}/"),
    Screen("links", "certificates/transcripts/links.html", "collecting", TRANSCRIPT + "links/"),
    Screen("links, none", "certificates/transcripts/links.html", "organiser", TRANSCRIPT + "links/"),
    Screen("new link", "certificates/transcripts/new.html", "collecting", TRANSCRIPT + "links/new/"),
    Screen(
        "new link, too long",
        "certificates/transcripts/new.html",
        "passed",
        TRANSCRIPT + "links/new/",
        wish_for_ever,
        422,
    ),
    Screen("link made", "certificates/transcripts/made.html", "passed", TRANSCRIPT + "links/new/", make_link),
    Screen(
        "link to be withdrawn",
        "certificates/transcripts/withdraw.html",
        "collecting",
        TRANSCRIPT + "links/{link}/withdraw/",
    ),
    Screen("duties", "compliance/duties.html", "lead", "/departments/duties/"),
    Screen("duties, none", "compliance/duties.html", "organiser", "/departments/duties/"),
    Screen("departments", "compliance/index.html", "lead", "/departments/"),
    Screen("all departments", "compliance/index.html", "admin", "/departments/"),
    Screen("departments, none", "compliance/index.html", "organiser", "/departments/"),
    Screen("department", "compliance/department.html", "lead", "/departments/{department}/", open_everything),
    Screen(
        "department, nobody fits", "compliance/department.html", "lead", "/departments/{department}/?profession=dentist"
    ),
    Screen("department, empty", "compliance/department.html", "admin", "/departments/{empty}/"),
    # credentials of the record store
    Screen("credentials", "lrs/keys/index.html", "admin", KEYS),
    Screen("credentials of a lead", "lrs/keys/index.html", "lead", KEYS),
    Screen("credentials, none", "lrs/keys/index.html", "founding", KEYS),
    Screen("credentials, none fits", "lrs/keys/index.html", "admin", KEYS + "?state=expired"),
    Screen("credentials, no filter", "lrs/keys/index.html", "admin", KEYS + "?state=x", status=400),
    Screen("new credential", "lrs/keys/new.html", "admin", KEYS + "new/"),
    Screen("new credential of a lead", "lrs/keys/new.html", "lead", KEYS + "new/"),
    Screen("new credential without a name", "lrs/keys/new.html", "admin", KEYS + "new/", send, 422),
    Screen("credential made", "lrs/keys/made.html", "admin", KEYS + "new/", make_credential),
    Screen("credential", "lrs/keys/show.html", "lead", KEYS + "{credential}/"),
    Screen("credential revoked", "lrs/keys/show.html", "admin", KEYS + "{ended}/"),
    Screen("revoke a credential", "lrs/keys/revoke.html", "lead", KEYS + "{credential}/revoke/"),
    # record store
    Screen("receivers", "lrs/delivery/list.html", "admin", DELIVERY),
    Screen("new receiver", "lrs/delivery/form.html", "admin", DELIVERY + "new/"),
    Screen("new receiver, empty", "lrs/delivery/form.html", "admin", DELIVERY + "new/", send, 422),
    Screen("receiver", "lrs/delivery/show.html", "admin", DELIVERY + "{receiver}/"),
    Screen("receiver stopped", "lrs/delivery/show.html", "admin", DELIVERY + "{stopped}/"),
    Screen("receiver changed", "lrs/delivery/form.html", "admin", DELIVERY + "{receiver}/edit/"),
    Screen("receiver removed", "lrs/delivery/remove.html", "admin", DELIVERY + "{receiver}/remove/"),
    # the record store
    Screen("keeping order", "lrs/keeping/show.html", "admin", "/records/keeping/"),
    Screen("keeping order, no rule entered", "lrs/keeping/show.html", "admin", "/records/keeping/", send, 422),
    Screen("rule to be removed", "lrs/keeping/remove.html", "admin", "/records/keeping/rules/{rule}/remove/"),
]

# Screens under templates/ that are not visited here, and why.
ELSEWHERE = {
    "maintenance.html": "The web process answers with it alone: tests/portal/home/ tests it.",
    "kit/living.html": "The living page has its own test, tests/browser/test_kit.py.",
}
