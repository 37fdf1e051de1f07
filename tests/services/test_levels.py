"""Escalation level by level: other people each time, tags that choose another policy, and again until somebody takes it."""

from __future__ import annotations

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.listing import whatif_text
from inboxsla.services import configuring, whatif
from inboxsla.services import desk as acts
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.test_returning import BOSS, document, opened
from tests.services.test_whatif import drafted

LEVELS = (
    '{at = 50, do = ["remind_owner"]}, {at = 75, do = ["notify_lead"], add_tag = "hot"}, '
    f'{{at = 100, notify = ["{BOSS}"], add_tag = "hot"}}, {{every = "2h", do = ["notify_lead"], notify = ["{BOSS}"]}}'
)
FIRST = '{first_response = "4h"}'
LEVELLED = 'tags = ["hot"]\n' + document(LEVELS, FIRST)
HOT = (
    '[[policies]]\nname = "Hot"\ncalendar = "24x7"\ntargets = {first_response = "3h 30m"}\nsteps = []\n'
    '[[rules]]\nname = "What is hot"\nwhen = {tag = {is = "hot"}}\nthen = {policy = "Hot"}\n'
)


def test_each_level_tells_other_people_and_the_last_goes_on_until_somebody_takes_it(one_desk: Desk) -> None:
    """C16, C52: the owner first, then the lead, then whoever is named; each once per level."""
    thread = opened(one_desk, LEVELLED)

    told = []
    for hours in (2, 1, 1, 2, 2):
        before = len(one_desk.mailed())
        one_desk.later(hours=hours, seconds=1)
        told.append(sorted(one_desk.mailed()[before:]))
    assert told == [[ANA], [CLAIRE], [BOSS], [BOSS, CLAIRE], [BOSS, CLAIRE]]

    acts.take(one_desk.ports, one_desk.ticket(thread).id, CLAIRE)
    one_desk.later(hours=9)
    assert len(one_desk.mailed()) == 7


def test_a_team_is_told_at_once_each_of_it_by_one_mail_the_owner_too(one_desk: Desk) -> None:
    opened(one_desk, document('{at = 50, do = ["remind_owner", "notify_team"]}', FIRST))

    one_desk.later(hours=2, seconds=1)

    assert sorted(one_desk.mailed()) == [ANA, JONAS]
    why = {mail["To"].addresses[0].addr_spec: mail.get_body(("plain",)).get_content() for mail in one_desk.mails()}
    assert "because you own the ticket" in why[ANA]
    assert "because you are in the team it belongs to" in why[JONAS].replace("\n", " ")


def test_a_step_tags_the_ticket_once_and_says_why(one_desk: Desk) -> None:
    thread = opened(one_desk, LEVELLED)
    for hours in (2, 1, 1):
        one_desk.later(hours=hours, seconds=1)

    assert one_desk.view(thread).tags == ("hot",)
    [tagged] = [event for event in one_desk.events(thread) if event.kind is Kind.TAGGED]
    assert tagged.data == {"add": ["hot"], "remove": [], "why": "75 % of first response was used"}


def test_rules_may_choose_another_policy_because_of_the_tag(one_desk: Desk) -> None:
    thread = opened(one_desk, LEVELLED + HOT)
    one_desk.later(hours=3, seconds=1)

    assert one_desk.view(thread).policy_name == "Hot"
    assert one_desk.clocks(thread) == {"first_response": "running"}


def test_what_would_have_been_counts_tags_and_every_repetition(one_desk: Desk) -> None:
    opened(one_desk, document('{at = 100, do = ["notify_owner"]}', FIRST))
    one_desk.later(hours=8, minutes=30)

    found = whatif.whatif(one_desk.ports, drafted(one_desk, LEVELLED), 90, None, lambda _: None)
    assert (found.then.mails, found.then.tags, found.then.posts) == (7, 2, 0)
    assert "  Tags added by steps       0 now, 2 then\n" in whatif_text(found, English("UTC"))


def test_a_draft_says_what_such_steps_would_change(one_desk: Desk) -> None:
    opened(one_desk, document('{at = 50, do = ["remind_owner"]}', FIRST))

    plan = configuring.plan(one_desk.ports, LEVELLED)
    _, change = plan.changes
    assert change.details == (
        f"steps: + at 75 %: tell the lead, add the tag “hot”; + at 100 %: tell {BOSS}, add the tag “hot”;"
        f" + every 2h after it was due: tell the lead, tell {BOSS}",
    )
