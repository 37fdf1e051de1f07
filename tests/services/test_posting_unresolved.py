"""A name server that hangs: nobody waits for it longer than for a webhook that does, and nothing is lost meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

from inboxsla.notify.resolver import Resolver
from inboxsla.services import posting
from inboxsla.services.posting import Listener
from inboxsla.storage.database import Database
from tests.services.listening import listening
from tests.services.test_posting import TO, alarms, half_used, hooked, outcome


def test_what_is_owed_is_put_off_while_the_name_server_hangs_which_admins_see_and_posted_once_it_answers(
    sqlite_database: Database,
) -> None:
    answers = threading.Event()

    def hangs(host: str, port: int) -> Sequence[str]:
        answers.wait()
        return ["127.0.0.1"]

    to = Listener(TO, resolver=Resolver(hangs))
    with listening() as pager:
        for desk in hooked(sqlite_database, pager.url.replace("127.0.0.1", "pager.example")):
            half_used(desk)
            for _ in range(4):
                assert posting.post_next(desk.ports, to, timedelta(seconds=0.01))
                desk.clock.forward(hours=1)
            assert outcome(desk)[0] == "owed"
            assert "“pager” fails: its address could not be looked up within 0 s" in alarms(desk)

            answers.set()
            assert posting.post_next(desk.ports, to)
            assert (outcome(desk)[0], len(pager.posts)) == ("done", 1)
            assert "“pager” fails" not in alarms(desk)
