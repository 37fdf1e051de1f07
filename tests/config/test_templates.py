"""Ready-made policies and suggestions of holidays."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from inboxsla import listing
from inboxsla.config.document import compile_policies, templates, with_template
from inboxsla.config.document.holiday_dates import Suggestion, suggestions
from inboxsla.config.document.templates import ORDER
from inboxsla.domain.policy_data import from_data
from inboxsla.errors import Missing, Refused
from tests.config.documents import accepted, plain, policy

HOUR = 3600


def bare() -> dict[str, object]:
    body = plain()
    return {**body, "policies": [policy()], "rules": [], "tags": [], "tiers": {}}


def targets(template: str, of: str, calendar: str | None = None) -> dict[str, dict[str, int]]:
    document = accepted(with_template(bare(), template, calendar)).document
    found: dict[str, dict[str, int]] = compile_policies(document)[of]["targets"]
    return found


def test_every_ready_made_policy_is_listed_and_fits_a_plain_document() -> None:
    shipped = {file.name.removesuffix(".toml") for file in files("inboxsla").joinpath("templates").iterdir()}
    assert shipped == set(ORDER) == {template.name for template in templates()}
    for name in ORDER:
        compiled = compile_policies(accepted(with_template(bare(), name)).document)
        assert all(from_data(body).targets for body in compiled.values())
        assert len(compiled) > 1


def test_all_of_them_together_look_first_at_what_is_most_particular() -> None:
    """C17: the order is explicit, whatever the order in which they were added."""
    body = bare()
    for name in sorted(ORDER):
        body = with_template(body, name)
    document = accepted(body).document

    assert [rule.name for rule in document.rules] == [row["name"] for each in templates() for row in each.body["rules"]]
    assert document.rules[0].name == "Outages"
    assert document.rules[-1].name == "E-mail"


def test_they_promise_what_they_are_known_for() -> None:
    assert targets("outage", "Outage")["first_response"] == {"normal": HOUR // 2}
    assert targets("outage", "Outage")["resolution"] == {"normal": 2 * HOUR}
    billing = targets("billing", "Billing and feature requests")
    assert (billing["first_response"], billing["resolution"]) == ({"normal": 24 * HOUR}, {"normal": 72 * HOUR})
    assert targets("email", "E-mail")["first_response"] == {
        "critical": 2 * HOUR, "high": 2 * HOUR, "normal": 6 * HOUR, "low": 12 * HOUR
    }  # fmt: skip
    assert targets("chat", "Live chat")["first_response"] == {"critical": 300, "high": 900, "normal": 1800, "low": 1800}
    assert targets("phone", "Phone")["first_response"]["high"] == 900
    assert targets("social", "Social media")["first_response"]["high"] == HOUR
    by_tag = [targets(name, of)["resolution"]["normal"] for name, of in (
        ("standard", "Standard"), ("multi-touch", "Multi-touch"), ("technical-dependency", "Technical dependency"))]  # fmt: skip
    assert by_tag == sorted(set(by_tag))


def test_hours_are_those_of_the_default_policy_unless_somebody_says_otherwise() -> None:
    by_default = with_template(bare(), "vip")["policies"][-1]["calendar"]
    said = with_template(bare(), "vip", "24x7")["policies"][-1]["calendar"]
    round_the_clock = with_template(bare(), "outage")["policies"][-1]["calendar"]

    assert (by_default, said, round_the_clock) == ("office", "24x7", "24x7")
    assert with_template(bare(), "outage", "office")["policies"][-1]["calendar"] == "office"


def test_what_a_policy_needs_comes_with_it_and_what_is_there_stays() -> None:
    once = with_template({**bare(), "tiers": {"vip": ["@big.example"]}}, "vip")
    tagged = with_template({**bare(), "tags": ["standard"]}, "multi-touch")

    assert once["tiers"] == {"vip": ["@big.example"]}
    assert tagged["tags"] == ["standard", "multi-touch"]


def test_what_is_there_already_or_not_known_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="There is a policy “Outage” already"):
        with_template(plain(), "outage")
    with pytest.raises(Missing, match="“outag” is not one of the ready-made policies. Did you mean “outage”?"):
        with_template(bare(), "outag")
    with pytest.raises(Missing, match="“ofice” is not one of the calendars. Did you mean “office”?"):
        with_template(bare(), "outage", "ofice")


def test_the_list_says_what_is_promised_and_who_gets_it() -> None:
    text = listing.templates_text(templates())

    assert "  Outage: first response 30m; next response 30m; resolution 2h; round the clock\n" in text
    assert "  if tag is “multi-touch”, then policy “Multi-touch”\n" in text


def test_holidays_are_suggestions_and_none_of_them_counts_by_itself() -> None:
    """C13: imported holidays arrive unticked, and regional days are marked."""
    found = suggestions("de", 2026, "by")
    text = listing.holidays_text(found, "DE-BY", 2026)

    assert Suggestion(date(2026, 12, 25), "Christmas Day") in found
    assert Suggestion(date(2026, 1, 6), "Epiphany", ("BY",)) in found
    assert tomllib.loads(text) == {"holidays": []}
    ticked = tomllib.loads(text.replace("# 2026-01-06", "2026-01-06"))
    assert ticked == {"holidays": [date(2026, 1, 6)]}
    assert "  # 2026-01-06,  # Tue  Epiphany (only in BY)\n" in text


def test_without_a_region_every_regional_day_says_where_it_is_one() -> None:
    by_day = {found.day: found for found in suggestions("CH", 2026)}

    assert by_day[date(2026, 8, 1)].only_in == ()
    assert by_day[date(2026, 1, 6)].only_in == ("SZ", "TI", "UR")


def test_days_off_in_place_of_one_on_a_weekend_are_marked() -> None:
    by_day = {found.day: found for found in suggestions("GB", 2027, "ENG")}

    assert by_day[date(2027, 12, 27)].observed
    assert not by_day[date(2027, 12, 25)].observed


def test_a_country_or_region_that_is_not_known_is_refused() -> None:
    with pytest.raises(Missing, match="“Germany” is not one of the countries we know"):
        suggestions("Germany", 2026)
    with pytest.raises(Missing, match="“XX” is not one of the regions of DE"):
        suggestions("DE", 2026, "XX")
