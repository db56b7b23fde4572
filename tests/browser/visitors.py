"""Who looks at the screens, and what comes to them."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Response

from tests.browser.acts import PASSWORD, send_first
from tests.browser.screens import Screen
from tests.support.live import TEMPLATES_HEADER, LivePortal

ROLES = {
    "learner": "learner@demo.example",
    "lead": "lead@demo.example",
    "organiser": "organiser@demo.example",
    "admin": "admin@demo.example",
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
