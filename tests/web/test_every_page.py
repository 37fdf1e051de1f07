"""Every page somebody can get to by following links: it is there, in plain words, and says nothing of how it is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.browsing import a_morning
from tests.web.reading import words
from tests.web.shop import Shop

# What the code calls things, and what people are not told (DESIGN, Words).
OUR_WORDS = re.compile(
    r"\b(ladders?|outbox|envelopes?|cycles?|wakes?|projections?|metrics?|idempoten\w*|breach(?:ed|es)?|assignees?|escalation ladder"
    r"|payloads?|null|undefined|invalid|illegal|failed to)\b"
)
# Text that is somebody's own, or a file: the configuration as it is written, and what mails and customers say.
OTHERS_WORDS = "textarea, pre, code, bdi, blockquote, .excerpt, iframe, script, noscript, option, input"
MOST = 400
BEGINS = ("/tickets", "/more", "/account")


def pages_of(browser: FlaskClient) -> Iterator[tuple[str, str, BeautifulSoup]]:
    """(address, where it was found, page), each page once."""
    found, waiting = set[str](), [(path, "the beginning") for path in BEGINS]
    while waiting and len(found) < MOST:
        path, where = waiting.pop(0)
        if path in found:
            continue
        found.add(path)
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}, named on {where}, answered {answer.status_code}"
        if answer.mimetype != "text/html":
            continue
        page = BeautifulSoup(answer.text, "lxml")
        yield path, where, page
        for link in page.select("a[href]"):
            address = urldefrag(urljoin(f"http://localhost{path}", str(link["href"]))).url
            there = urlsplit(address)
            if there.hostname == "localhost" and not there.path.startswith(("/static", "/act/", "/sign-in")):
                waiting.append((f"{there.path}?{there.query}" if there.query else there.path, path))


def test_every_link_leads_to_a_page_in_plain_words_on_which_no_two_things_have_one_name(
    lumen: Shop, claire: FlaskClient
) -> None:
    a_morning(lumen)
    seen, wrong = [], {}

    for path, where, page in pages_of(claire):
        seen.append(path)
        assert page.h1 is not None, f"{path}, named on {where}, has no heading"
        marks = Counter(str(element["id"]) for element in page.select("[id]"))
        # A label, and what is refreshed while somebody types, finds only the first of two that are called the same.
        assert not [mark for mark, times in marks.items() if times > 1], path
        for part in page.select(OTHERS_WORDS):
            part.decompose()
        if found := OUR_WORDS.findall(words(page.body)):
            wrong[path] = found

    assert not wrong
    assert 40 < len(seen) < MOST
