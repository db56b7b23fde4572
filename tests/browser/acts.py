"""What a person does on a screen before it is looked at."""

from playwright.sync_api import Page

PASSWORD = "an aperture of quiet light"  # of those whom states.py makes


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


def ask_for_nobody(page: Page) -> None:
    page.fill("[name=agent]", "nobody")
    send(page)


def sign_in_with_password(page: Page) -> None:
    """As somebody whose account asks for a second step."""
    page.fill("[name=login]", "careful@screens.example")
    page.fill("[name=password]", PASSWORD)
    send_first(page)


def make_credential(page: Page) -> None:
    page.fill("[name=name]", "Player <of> the course")
    send(page)


def make_link(page: Page) -> None:
    page.select_option("[name=scope]", index=1)
    send(page)


def wish_for_ever(page: Page) -> None:
    page.fill("[name=ends_on]", "2099-12-31")
    send(page)


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")


def look_at_menus(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
