"""The policies' pages: what is listed, edited without script, compared, gone back to, switched off and removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.document.model import Policy
from inboxsla.services import configuring, in_force
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import ADDRESS, CLAIRE, Shop, minutes

LIST = "/settings/policies"
EDIT = f"{LIST}/edit?name=Standard+support"
HIGH = "targets__first_response__high"


def named(lumen: Shop, name: str = "Standard support") -> Policy:
    return next(policy for policy in in_force.current(lumen.ports).document.policies if policy.name == name)


def saves(lumen: Shop, **changes: Any) -> None:
    """Somebody else saves a configuration with these parts in place of its own."""
    lumen.clock.forward(timedelta(minutes=1))
    configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, **changes}, CLAIRE, None)


def looked_and_saved(browser: FlaskClient, path: str, **changes: str | list[str]) -> Any:
    """Save, see the effect first, save again."""
    shown = send(browser, path, **changes)
    assert "Nothing is saved yet" in shown.text
    return send_again(browser, path, shown)


def test_the_list_says_what_is_promised_in_which_version_and_for_how_many(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Lamp", "Zofia", ago=minutes(5))
    configuring.apply_template(lumen.ports, "outage", None, CLAIRE, False)

    standard, outage = page(claire, LIST).select("tbody tr")

    assert "Standard support Default First response 1h Next response 1h 30m Resolution 5h" in words(standard)
    assert words(standard.select_one("td.number")).endswith("1")
    assert words(outage).startswith("Outage First response 30m")
    assert "round the clock" in words(outage)


def test_a_shorter_promise_is_looked_at_and_then_saved_as_the_next_version(lumen: Shop, claire: FlaskClient) -> None:
    shown = send(claire, EDIT, **{HIGH: "30m"})

    assert shown.status_code == 200
    assert "Nothing is saved yet" in shown.text
    assert "first response for high: not set → 30m" in words(BeautifulSoup(shown.text, "lxml").select_one("#effect"))
    assert named(lumen).targets.promised["first_response"].high is None

    answer = send_again(claire, EDIT, shown)

    assert answer.status_code == 303
    assert named(lumen).targets.promised["first_response"].lengths == {"high": "30m", "normal": "1h"}
    assert "Version 2 of “Standard support” is in force" in claire.get(LIST).text


def test_the_effect_names_what_would_be_late_at_once_and_shows_an_example(lumen: Shop, claire: FlaskClient) -> None:
    late = lumen.asks("<b>Lamp</b>", "Zofia", ago=minutes(40))
    lumen.asks("Bracket", "Kofi", ago=minutes(5))

    shown = send(claire, EDIT, do="look", targets__first_response__normal="30m")

    effect = BeautifulSoup(shown.text, "lxml").select_one("#effect")
    told = words(effect)
    assert "Of 2 open tickets, 1 becomes more urgent , if they get it too. Medium → becomes Overdue 1" in told
    assert effect is not None
    assert [(link["href"], words(link)) for link in effect.select(".open-now a")] == [
        (f"/tickets/{late}", "<b>Lamp</b>")
    ]
    assert (
        "A Normal mail of Fri 27 Nov 15:30 CET is due Now, version 1 Fri 27 Nov 16:30 CET With version 2 Fri 27 Nov 16:00 CET"
        in told
    )
    assert "New tickets and the 2 open ones" in told


def test_saving_a_policy_that_nobody_changed_saves_nothing(lumen: Shop, claire: FlaskClient) -> None:
    assert send(claire, EDIT).status_code == 303
    assert in_force.current(lumen.ports).version is None


def test_steps_are_added_and_moved_without_script_and_nothing_typed_is_lost(lumen: Shop, claire: FlaskClient) -> None:
    before = len(named(lumen).steps)
    shown = send(claire, EDIT, do="add:steps", **{HIGH: "30m"})
    form = fields(BeautifulSoup(shown.text, "lxml"))
    assert form["targets.first_response.high"] == ["30m"]
    assert form[f"steps.{before}.length"] == [""]

    last = f"steps__{before}__"
    shown = send_again(
        claire, EDIT, shown, do=f"up:steps:{before}",
        **{f"{last}when": "before", f"{last}length": "15m", f"{last}do": ["notify_lead"], f"{last}for": ["resolution"]},
    )  # fmt: skip
    shown = send_again(claire, EDIT, shown)
    assert send_again(claire, EDIT, shown).status_code == 303

    step = named(lumen).steps[before - 1]
    assert (step.before, step.do, step.promises) == ("15m", ("notify_lead",), ("resolution",))


def test_every_complaint_is_at_its_field_and_in_the_words_of_the_page(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(
        claire, EDIT,
        **{HIGH: "dayz", "steps__0__length": "", "steps__1__do": [], "steps__2__notify": "nobody", "medium_at": "x"},
    )  # fmt: skip

    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "lxml")
    told = {link["href"]: words(link) for link in shown.select("#wrong a")}
    assert "is not a time we know" in told["#f-targets-first_response-high"]
    assert told["#f-steps-0-length"].startswith("Say when this step comes")
    assert told["#f-steps-1-length"].startswith("Tick what this step does")
    assert "#f-steps-2-notify" in told
    assert "#f-medium_at" in told
    assert all(shown.select_one(link) for link in told)
    assert fields(shown)["targets.first_response.high"] == ["dayz"]


def test_a_warning_without_closing_and_thresholds_that_do_not_rise_are_said_plainly(
    lumen: Shop, claire: FlaskClient
) -> None:
    early = {"steps__0__when": "before", "steps__0__length": "3h"}
    answer = send(claire, EDIT, auto_close_warning="1h", medium_at="90", **early)

    told = words(BeautifulSoup(answer.text, "lxml").select_one("#wrong"))
    assert "There is nothing to warn of" in told
    assert "Medium comes before Urgent" in told
    assert "This comes before the time even starts" in told
    assert not [key for key in ("auto_close", "medium_at", "for =") if key in told]


def test_another_name_is_known_wherever_the_old_one_was(lumen: Shop, claire: FlaskClient) -> None:
    rule = {"name": "All", "when": {"sender": {"contains": "@"}}, "then": {"policy": "Standard support"}}
    saves(lumen, rules=[rule], mailboxes=[{"address": ADDRESS, "policy": "Standard support"}])

    assert looked_and_saved(claire, EDIT, name="Usual").status_code == 303

    document = in_force.current(lumen.ports).document
    assert document.default_policy == "Usual"
    assert (document.rules[0].then.policy, document.mailboxes[0].policy) == ("Usual", "Usual")


def test_a_new_policy_begins_as_a_copy_or_with_usual_times(lumen: Shop, claire: FlaskClient) -> None:
    offered = words(page(claire, f"{LIST}/begin").select_one("main"))
    assert "if the subject speaks of an outage, or says that something is down" in offered
    assert "\\b" not in offered, "patterns are no words"
    copy = f"{LIST}/new?like=Standard+support"
    assert fields(page(claire, copy))["name"] == ["Copy of Standard support"]

    assert send(claire, copy, name="Standard support").status_code == 422
    assert looked_and_saved(claire, copy, name="Quick", **{HIGH: "5m"}).status_code == 303
    assert looked_and_saved(claire, f"{LIST}/new", name="Slow").status_code == 303

    assert [policy.name for policy in in_force.current(lumen.ports).document.policies] == [
        "Standard support",
        "Quick",
        "Slow",
    ]
    assert named(lumen, "Quick").targets.promised["first_response"].high == "5m"
    assert claire.get(f"{LIST}/new?like=None").status_code == 404


def test_a_ready_made_policy_comes_with_its_rules_and_only_once(lumen: Shop, claire: FlaskClient) -> None:
    ready = f"{LIST}/ready-made?template=billing"
    shown = words(page(claire, ready).select_one("main"))
    assert "Policy Billing and feature requests added" in shown
    assert "\\b" not in shown
    assert in_force.current(lumen.ports).version is None

    assert send(claire, ready, form="form[method=post]").status_code == 303

    document = in_force.current(lumen.ports).document
    assert document.rules[0].then.policy == "Billing and feature requests"
    again = claire.get(ready)
    assert again.status_code == 422
    assert "There is a policy “Billing and feature requests” already" in again.text
    assert claire.get(f"{LIST}/ready-made?template=none").status_code == 404


def test_versions_say_who_made_them_and_what_differs_and_one_can_go_back(lumen: Shop, claire: FlaskClient) -> None:
    old = in_force.current(lumen.ports).body["policies"][0]
    saves(lumen, policies=[{**old, "targets": {**old["targets"], "first_response": "2h"}}])

    shown = page(claire, f"{LIST}/versions?name=Standard+support")
    assert "Claire Dubois" in words(shown.select_one("main"))
    assert [words(change) for change in shown.select(".diff li")] == ["first response was 1h is 2h"]
    first = page(claire, f"{LIST}/versions?name=Standard+support&version=1")
    assert "The first version." in words(first.select_one("main"))

    back = f"{EDIT}&from=1"
    assert "This is version 1 again" in words(page(claire, back).select_one("main"))
    assert looked_and_saved(claire, back).status_code == 303

    assert named(lumen).targets.promised["first_response"].normal == "1h"
    assert [words(each) for each in page(claire, f"{LIST}/versions?name=Standard+support").select(".version-list b")] == [
        "Version 3", "Version 2", "Version 1",
    ]  # fmt: skip
    assert claire.get(f"{LIST}/versions?name=Standard+support&version=9").status_code == 404
    assert claire.get(f"{EDIT}&from=9").status_code == 404


@pytest.mark.parametrize("act", ["switch-off", "remove"])
def test_what_is_still_named_stays_and_says_by_what(lumen: Shop, claire: FlaskClient, act: str) -> None:
    configuring.apply_template(lumen.ports, "outage", None, CLAIRE, False)

    outage, standard = (claire.get(f"{LIST}/{act}?name={name}").text for name in ("Outage", "Standard+support"))

    assert "The rule “Outages” chooses it" in outage
    assert "It is the default policy. Choose another default first." in standard
    assert (
        claire.post(f"{LIST}/{act}?name=Outage", data=fields(BeautifulSoup(outage, "lxml"), "form")).status_code == 409
    )
    assert named(lumen, "Outage").enabled


def test_a_policy_is_switched_off_and_on_and_removed_and_the_question_counts_its_tickets(
    lumen: Shop, claire: FlaskClient
) -> None:
    configuring.apply_template(lumen.ports, "outage", None, CLAIRE, False)
    lumen.asks("Outage since nine", "Zofia", ago=minutes(1))
    saves(lumen, rules=[])

    question = f"{LIST}/switch-off?name=Outage"
    assert "1 open ticket stands under it" in words(page(claire, question).select_one("main"))
    assert send(claire, question, form="form.question").status_code == 303
    assert not named(lumen, "Outage").enabled
    assert "Switched off" in words(page(claire, LIST).select("tbody tr")[1])

    shown = page(claire, f"{LIST}/edit?name=Outage")
    on = claire.post(f"{LIST}/switch-on?name=Outage", data=fields(shown, ".also form"))
    assert on.status_code == 303
    assert named(lumen, "Outage").enabled

    assert send(claire, f"{LIST}/remove?name=Outage", form="form.question").status_code == 303
    assert [policy.name for policy in in_force.current(lumen.ports).document.policies] == ["Standard support"]


def test_another_default_is_looked_at_before_it_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    configuring.apply_template(lumen.ports, "outage", None, CLAIRE, False)

    assert looked_and_saved(claire, f"{LIST}/default", default_policy="Outage").status_code == 303
    assert in_force.current(lumen.ports).document.default_policy == "Outage"
    assert send(claire, f"{LIST}/default", default_policy="None").status_code == 422


def test_the_line_and_the_notes_follow_what_is_typed(lumen: Shop, claire: FlaskClient) -> None:
    form = fields(page(claire, EDIT))
    form["targets.first_response.normal"] = ["150m"]

    shown = BeautifulSoup(claire.post(f"{LIST}/echo?name=Standard+support", data=form).text, "lxml")

    assert "remind owner at 1 h 52 min" in words(shown.select_one(".of-first_response"))
    assert words(shown.select_one("#f-targets-first_response-normal-note")) == "= 2 h 30 min was 1h"
    assert not shown.select("[style]")


def test_the_past_is_replayed_when_somebody_asks_and_says_of_how_many_tickets(lumen: Shop, claire: FlaskClient) -> None:
    late = lumen.asks("Late", "Zofia", ago=minutes(50))
    lumen.answers(late, CLAIRE, ago=minutes(10))
    headers = {"HX-Request": "true", "HX-Target": "replay"}
    form = fields(page(claire, EDIT)) | {"targets.first_response.normal": ["30m"]}

    answer = claire.post(EDIT, data=form | {"do": "replay:30"}, headers=headers)

    shown = words(BeautifulSoup(answer.text, "lxml"))
    assert "First response 100.0 % → then 0.0 % 1 more missed" in shown
    assert "Of the 1 ticket that began then" in shown
    whole = claire.post(EDIT, data=form | {"do": "replay:90"})
    assert "1 more missed" in words(BeautifulSoup(whole.text, "lxml").select_one("#effect"))


def test_hostile_names_are_shown_as_names(lumen: Shop, claire: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>/../?&=#'
    assert looked_and_saved(claire, EDIT, name=hostile).status_code == 303

    link = page(claire, LIST).select_one("tbody a")
    assert link is not None
    shown = claire.get(str(link["href"])).text

    assert "<script>alert" not in shown
    assert fields(BeautifulSoup(shown, "lxml"))["name"] == [hostile]
    assert "<script>alert" not in claire.get(f"{LIST}/versions", query_string={"name": hostile}).text


def test_pages_of_policies_there_are_not_are_not_there(claire: FlaskClient) -> None:
    for path in ("edit", "versions", "switch-off", "remove"):
        assert claire.get(f"{LIST}/{path}?name=None").status_code == 404
