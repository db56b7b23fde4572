"""Every screen that a person can reach: as whom, where, and of which template it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Response

from tests.support.live import TEMPLATES_HEADER, LivePortal

PASSWORD = "an aperture of quiet light"  # of those whom states.py makes
ROLES = {
    "learner": "learner@demo.example",
    "lead": "lead@demo.example",
    "organiser": "organiser@demo.example",
    "admin": "admin@demo.example",
}


@dataclass(frozen=True)
class Screen:
    """One screen.

    Args:
        name: of the test.
        template: that it is made of.
        who: "visitor", one of ``ROLES``, or somebody whom ``states.py`` signs in.
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


def send(page: Page) -> None:
    """Send the form of the screen as it stands."""
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()


def send_first(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def ask_for_new_password(page: Page) -> None:
    page.fill("[name=email]", "nobody@screens.example")
    send(page)


def choose_new_password(page: Page) -> None:
    page.fill("[name=password1]", "another aperture of light")
    send(page)


def upload_other_file(page: Page) -> None:
    page.set_input_files("[type=file]", {"name": "other.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    send(page)


def sign_in_with_password(page: Page) -> None:
    """As somebody whose account asks for a second step."""
    page.fill("[name=login]", "careful@screens.example")
    page.fill("[name=password]", PASSWORD)
    send_first(page)


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")


def look_at_menus(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")


COURSE, LEARN = "/en/courses/justification/", "/learn/justification/"
ACCOUNT, MFA = "/account/", "/account/2fa/"

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
    Screen("unknown", "certificates/verify.html", "visitor", "/verify/{unknown}", status=404),
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
    # certificates and departments
    Screen("certificates", "certificates/mine.html", "passed", "/certificates/"),
    Screen("certificates, none", "certificates/mine.html", "organiser", "/certificates/"),
    Screen("certificate", "certificates/card.html", "passed", "/certificates/card/{enrolment}/"),
    Screen("certificate in preparation", "certificates/card.html", "waiting", "/certificates/card/{pending}/"),
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
]

# Screens under templates/ that are not visited here, and why.
ELSEWHERE = {
    "maintenance.html": "The web process answers with it alone: tests/portal/home/ tests it.",
    "kit/living.html": "The living page has its own test, tests/browser/test_kit.py.",
}


@dataclass
class Visit:
    """A page as it is looked at: the window, the answer that brought it, and of what it was made."""

    page: Page
    html: str
    status: int
    templates: list[str]


class Visitors:
    """Everybody who visits the demo portal, each in a window of her own that is kept; ``told`` by ``states.py``."""

    def __init__(self, portal: LivePortal, browser: Browser, told: dict[str, Any]) -> None:
        self.portal, self.browser = portal, browser
        self.sessions: dict[str, str] = told["sessions"]
        self.shown: dict[str, str] = told["shown"]
        self.places: dict[str, str] = {**told["places"], "module": told["places"]["lesson"].split("/")[0]}
        self.pages: dict[str, Page] = {}
        self.seen: dict[str, str] = {}  # by the name of the screen, what the server sent
        self.faults: list[str] = []
        self.answers: list[Response] = []

    def page_of(self, who: str) -> Page:
        if who not in self.pages:
            self.pages[who] = self._open(who)
        return self.pages[who]

    def _open(self, who: str) -> Page:
        context = self.browser.new_context(
            base_url=self.portal.url, viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        if who in self.sessions:
            context.add_cookies([{"name": "sessionid", "value": self.sessions[who], "url": self.portal.url}])
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._asked)
        page.on("response", lambda answer: self.answers.append(answer) if answer.request.is_navigation_request() else 0)
        if who in ROLES:
            page.goto("/account/login/")
            page.fill("[name=login]", ROLES[who])
            page.fill("[name=password]", self.portal.demo_password)
            send_first(page)
            assert page.url.endswith("/start/"), f"{who} is not let in: {page.url}"
        return page

    def _heard(self, line) -> None:
        """Console errors, but for Chromium's remark on the status of a page that is one on purpose."""
        if line.type == "error" and not line.text.startswith("Failed to load resource: the server responded with"):
            self.faults.append(f"{line.text} {line.location}")

    def _asked(self, request) -> None:
        if not request.url.startswith((self.portal.url, "data:")):
            self.faults.append(f"left for another host: {request.url}")

    def visit(self, screen: Screen) -> Visit:
        """Go there, do what is to be done there, and tell what came."""
        visit = self._visit(screen)
        self.seen[screen.name] = visit.html
        return visit

    def _visit(self, screen: Screen) -> Visit:
        page = self.page_of(screen.who)
        self.faults.clear()
        self.answers.clear()
        page.set_viewport_size({"width": 1440, "height": 900})
        if screen.address == "shown":
            address = f"{self.portal.url}/shown/"
            html = self.shown[screen.template]
            page.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
            page.goto(address)
            page.unroute(address)
            return Visit(page, html, 200, [screen.template])
        page.goto(screen.address.format(**self.places))
        if "/reauthenticate/" in page.url and "reauthenticate" not in screen.template:
            page.fill("[name=password]", self.portal.demo_password if screen.who in ROLES else PASSWORD)
            send_first(page)
        if screen.act:
            screen.act(page)
        last = next(answer for answer in reversed(self.answers) if not 300 <= answer.status < 400)
        return Visit(page, last.text(), last.status, last.headers.get(TEMPLATES_HEADER.lower(), "").split())
