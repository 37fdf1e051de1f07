"""Pub/Sub in memory: topics that Gmail writes to, subscriptions that push or are pulled from, and what goes wrong with both."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.error import HTTPError

from .signing import Signer

ACK_DEADLINE = timedelta(seconds=10)
Mischief = Literal["lose", "twice", "hold"]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    data: str
    published_at: datetime

    def body(self) -> dict[str, Any]:
        at = self.published_at.isoformat().replace("+00:00", "Z")
        return {"data": self.data, "messageId": self.id, "message_id": self.id, "publishTime": at, "attributes": {}}


@dataclass(slots=True)
class Subscription:
    """`push_to` empty: it is pulled from. `waiting` are messages to hand out, `out` those handed out, by ack id, until when."""

    name: str
    topic: str
    push_to: str = ""
    audience: str = ""
    service_account: str = ""
    waiting: deque[Message] = field(default_factory=deque)
    out: dict[str, tuple[Message, datetime]] = field(default_factory=dict)


class PubSub:
    """`mischief` strikes the next messages, one each: lost, delivered twice, or held until `release`.

    `answers` are the status codes that pushes got. What a push endpoint refuses is pushed again every `retry_after` seconds.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.signer = Signer()
        self.topics: set[str] = set()
        self.forbidden: set[str] = set()
        self.mischief: deque[Mischief] = deque()
        self.answers: list[int] = []
        self.retry_after = 0.2
        self._held: list[tuple[Subscription, Message]] = []
        self._subscriptions: dict[str, Subscription] = {}
        self._to_push: deque[tuple[Subscription, Message]] = deque()
        self._pushing = 0
        self._change = threading.Condition(threading.RLock())
        self._pusher: threading.Thread | None = None
        self._published = 0

    def reset(self) -> None:
        """As it was made."""
        with self._change:
            self.signer = Signer()
            for kept in (self.topics, self.forbidden, self.mischief, self.answers, self._held):
                kept.clear()
            self._subscriptions.clear()
            self._to_push.clear()

    def subscribe(
        self, name: str, topic: str, push_to: str = "", audience: str = "", service_account: str = ""
    ) -> Subscription:
        """Make the subscription, and the topic if it is new."""
        with self._change:
            self.topics.add(topic)
            made = self._subscriptions[name] = Subscription(name, topic, push_to, audience, service_account)
            return made

    def publish(self, topic: str, said: object) -> None:
        """Hand a message to every subscription of the topic. Gmail's carry {emailAddress, historyId}."""
        data = base64.b64encode(json.dumps(said).encode()).decode()
        with self._change:
            self._published += 1
            message = Message(str(self._published), data, self.now())
            for subscription in self._subscriptions.values():
                if subscription.topic == topic:
                    self._place(subscription, message)

    def _place(self, subscription: Subscription, message: Message) -> None:
        mischief = self.mischief.popleft() if self.mischief else None
        if mischief == "hold":
            self._held.append((subscription, message))
        elif mischief != "lose":
            for _ in range(2 if mischief == "twice" else 1):
                self._queue(subscription, message)

    def _queue(self, subscription: Subscription, message: Message) -> None:
        if subscription.push_to:
            self._to_push.append((subscription, message))
            if self._pusher is None:
                self._pusher = threading.Thread(target=self._push_for_ever, daemon=True)
                self._pusher.start()
        else:
            subscription.waiting.append(message)
        self._change.notify_all()

    def release(self) -> None:
        """What was held comes now, the newest first."""
        with self._change:
            held, self._held = self._held[::-1], []
            for subscription, message in held:
                self._queue(subscription, message)

    # Pull

    def pull(self, name: str, most: int, wait: float) -> list[tuple[str, Message]] | None:
        """Up to `most` messages with their ack ids, after at most `wait` seconds; None for a subscription that is not there."""
        with self._change:
            subscription = self._subscriptions.get(name)
            if subscription is None:
                return None
            self._take_back(subscription)
            if not subscription.waiting:
                self._change.wait(wait)
            found: list[tuple[str, Message]] = []
            while subscription.waiting and len(found) < most:
                message = subscription.waiting.popleft()
                ack_id = f"ack-{message.id}-{len(subscription.out)}-{self.now().timestamp()}"
                subscription.out[ack_id] = (message, self.now() + ACK_DEADLINE)
                found.append((ack_id, message))
            return found

    def acknowledge(self, name: str, ack_ids: list[str]) -> bool:
        with self._change:
            subscription = self._subscriptions.get(name)
            for ack_id in ack_ids if subscription else ():
                subscription.out.pop(ack_id, None)  # type: ignore[union-attr]  # looked at a line above
            return subscription is not None

    def _take_back(self, subscription: Subscription) -> None:
        """What was handed out and not acknowledged in time comes again."""
        for ack_id, (message, until) in list(subscription.out.items()):
            if until <= self.now():
                del subscription.out[ack_id]
                subscription.waiting.append(message)

    # Push

    def settled(self, timeout: float = 20) -> bool:
        """Wait until every push was taken; False if some are still refused by then."""
        with self._change:
            return self._change.wait_for(lambda: not self._to_push and not self._pushing, timeout)

    def _push_for_ever(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._to_push))
                subscription, message = self._to_push.popleft()
                self._pushing += 1
            status = self._push(subscription, message)
            with self._change:
                self.answers.append(status)
                self._pushing -= 1
                if status not in (102, 200, 201, 202, 204):
                    self._to_push.append((subscription, message))
                    self._change.wait(self.retry_after)
                self._change.notify_all()

    def _push(self, subscription: Subscription, message: Message) -> int:
        audience = subscription.audience or subscription.push_to
        token = self.signer.token(audience, subscription.service_account, self.now())
        request = urllib.request.Request(
            subscription.push_to,
            json.dumps({"message": message.body(), "subscription": subscription.name}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as refused:
            return refused.code
        except (OSError, http.client.HTTPException):
            return 0
