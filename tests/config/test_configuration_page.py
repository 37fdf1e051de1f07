"""docs/configuration.md and the model of the configuration must say the same: a page somebody can write a file from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inboxsla.config.document import Document, compile_policies, from_body, read, to_toml
from inboxsla.config.keys import known_keys
from inboxsla.config.places import places
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.rule_reading import FIELDS, OPERATORS
from tests.config.documents import NOW, SUPPORT, plain, with_policy

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text("utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
EXAMPLE = BLOCKS[0]
# The headline under which the keys of each table are explained.
HEADLINES = {
    "privacy": "Privacy",
    "calendars": "Calendars",
    "policies": "Policies",
    "targets": "Targets",
    "notices": "Customer notices",
    "steps": "Steps",
    "rules": "Rules",
    "then": "What a rule gives",
    "people": "People",
    "absences": "People",
    "teams": "Teams",
    "mailboxes": "Mailboxes",
    "labels": "Labels",
    "notifications": "Notifications",
}


def under(headline: str) -> str:
    """The text below a headline, up to the next one."""
    found = re.search(rf"^#+ {headline}.*?\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"there is no headline “{headline}” any more"
    return found[1]


def test_the_example_is_a_document_without_mistakes_that_can_be_counted_by() -> None:
    document = read(EXAMPLE, "desk.toml", NOW, [SUPPORT])

    assert document.remarks == ()
    assert [from_data(body).name for body in compile_policies(document.document).values()] == [
        "Standard support",
        "Outage",
    ]
    assert read(to_toml(document.body), "again.toml", NOW).body == document.body


def test_the_example_uses_every_key_there_is() -> None:
    used = {tuple(part for part in key if isinstance(part, str)) for key in places(EXAMPLE)}
    words = {key[-1] for key in used}

    unused = {".".join(key) for key in known_keys(Document) if key[-1] not in words}
    assert unused == set(), "show these keys in the example of docs/configuration.md"


@pytest.mark.parametrize("key", sorted(set(known_keys(Document))), ids=".".join)
def test_every_key_is_explained_where_its_table_is(key: tuple[str, ...]) -> None:
    tables = [part for part in key[:-1] if part in HEADLINES]
    text = under(HEADLINES[tables[-1]]) if tables else PAGE

    assert re.search(rf"`[\[{{]*{key[-1]}\b", text), f"explain {'.'.join(key)} in docs/configuration.md"


def test_every_key_the_page_explains_exists() -> None:
    known = {key[-1] for key in known_keys(Document)}
    known |= {"waiting_on_customer", "on_hold", *FIELDS, *OPERATORS, "all", "any", "not", *HEADLINES}
    first_columns = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    explained = {name for column in first_columns for name in re.findall(r"`(\w+)`", column)}

    assert len(explained) > 60
    assert explained - known == set(), "docs/configuration.md explains what the configuration does not know"


def test_everything_a_rule_can_look_at_and_compare_with_is_explained() -> None:
    text = under("Conditions")
    missing = [name for name in (*FIELDS, *OPERATORS) if f"`{name}`" not in text and f"{{{name} =" not in text]

    assert missing == []


def test_what_the_page_says_is_left_out_is_so() -> None:
    policy = from_body(with_policy(), NOW).document.policies[0]
    team = from_body(plain(), NOW).document.teams[0]

    assert (policy.enabled, policy.medium_at, policy.urgent_at) == (True, 50, 75)
    assert (policy.reply_sets_waiting, policy.archiving_solves, policy.thanks_reopens) == (True, True, False)
    assert policy.reopening == "resume"
    assert policy.pauses == {
        "waiting_on_customer": ("resolution", "update"),
        "on_hold": ("next_response", "resolution"),
    }
    assert [step.at for step in policy.steps] == [75, 90, 100]
    assert Document.model_fields["hold_reasons"].default == ("supplier", "internal", "float time")
    assert team.strategy == "least_loaded"


def test_the_other_pieces_of_the_page_fit_into_a_document() -> None:
    for piece in BLOCKS[1:]:
        text = f"default_policy = 'x'\n[[policies]]\nname = 'x'\ncalendar = '24x7'\n{piece}"
        assert read(text, "piece.toml", NOW).document.policies[0].targets.promised
