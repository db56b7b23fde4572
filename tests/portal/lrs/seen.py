"""Pages of the record store as a person reads them."""

from bs4 import BeautifulSoup


def page_of(desk, path="/records/", status=200, **given):
    answer = desk.get(path, given)
    assert answer.status_code == status, answer.content.decode()
    return BeautifulSoup(answer.content, "html.parser")


def words(element):
    return " ".join(element.get_text(" ", strip=True).split())


def found(desk, path="/records/", **given):
    """The ids in the table of statements, in its order."""
    rows = page_of(desk, path, **given).select("[aria-labelledby=statements-caption] tbody tr")
    return [row.select_one("td a")["href"].split("/")[2] for row in rows]
