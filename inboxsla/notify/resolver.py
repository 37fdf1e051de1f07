"""Where a host is, asked so that nobody has to wait for the answer: the system gives no way to end a look-up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

# Addresses as text, of a host and a port; raises OSError or UnicodeError where there are none.
LookUp = Callable[[str, int], Sequence[str]]


def by_the_system(host: str, port: int) -> Sequence[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Resolver:
    """Looks hosts up, for any number of threads.

    A look-up that is not waited for goes on. Whoever asks for the same host meanwhile waits for that one: a name server that
    hangs holds one thread for each host, not one for each try.
    """

    def __init__(self, look_up: LookUp = by_the_system) -> None:
        self._look_up = look_up
        self._going_on: dict[tuple[str, int], Future[Sequence[str]]] = {}
        self._lock = threading.Lock()

    def addresses(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """Raises TimeoutError after so many seconds, and whatever the look-up raises."""
        asked = (host, port)
        with self._lock:
            answer = self._going_on.get(asked)
            if answer is None:
                answer = Future()
                threading.Thread(target=self._ask, args=(asked, answer), daemon=True).start()
                self._going_on[asked] = answer
        return answer.result(seconds)

    def _ask(self, asked: tuple[str, int], answer: Future[Sequence[str]]) -> None:
        try:
            found = self._look_up(*asked)
        except BaseException as error:
            self._over(asked)
            answer.set_exception(error)
        else:
            self._over(asked)
            answer.set_result(found)

    def _over(self, asked: tuple[str, int]) -> None:
        with self._lock:
            del self._going_on[asked]
