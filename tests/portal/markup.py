"""What tests of pages look at."""

import re

from bs4 import BeautifulSoup

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*(src=|application/json))", re.IGNORECASE)


def soup(answer):
    assert answer.status_code == 200, answer
    return BeautifulSoup(answer.content, "html.parser")
