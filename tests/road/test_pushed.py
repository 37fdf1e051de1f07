"""New mail, told of by Pub/Sub, gets its label: through the push endpoint, Redis and a worker, all of them real."""

from __future__ import annotations

import pytest

from inboxsla.gmail.simulator import Fault
from tests.road.pushed import road
from tests.workers.processes import until

pytestmark = pytest.mark.processes


def test_without_a_public_address_notices_are_pulled_and_lead_to_labels() -> None:
    with road("pull") as made:
        threads = {made.writes(nth) for nth in range(3)}
        until(lambda: threads <= made.labelled(), "the labels of all mails")
        made.server.faults.plan(Fault("status", "pubsub.pull", code=503, times=2))
        threads.add(made.writes(3))
        until(lambda: threads <= made.labelled(), "the label of the mail told of while Pub/Sub had trouble")


def test_a_notice_leads_to_a_label_in_gmail_whatever_happens_to_the_notices() -> None:
    with road() as made:
        pubsub = made.server.pubsub
        threads = [made.writes(0)]
        until(lambda: set(threads) <= made.labelled(), "the label of the first mail")
        # Twice, late and in the wrong order.
        pubsub.mischief.extend(["twice", "hold", "hold"])
        threads += [made.writes(nth) for nth in (1, 2, 3)]
        pubsub.release()
        until(lambda: set(threads) <= made.labelled(), "the labels of all mails")
        # Lost, and the next one brings what it should have told.
        pubsub.mischief.append("lose")
        threads.append(made.writes(4))
        threads.append(made.writes(5))
        until(lambda: set(threads) <= made.labelled(), "the label of the mail nobody told of")
        until(pubsub.settled, "the answers to all notices")
        # 0 is an answer that a busy computer gave too late: that notice was pushed again.
        assert set(pubsub.answers) - {0} == {204}
        # What somebody else signs is refused.
        pubsub.retry_after = 60
        pubsub.subscribe("projects/mallory/subscriptions/x", "mallory", made.push_to, service_account="m@evil.example")
        pubsub.publish("mallory", {"emailAddress": "support@lumenvelo.example", "historyId": 1})
        until(lambda: 401 in pubsub.answers, "the answer to the stranger")
