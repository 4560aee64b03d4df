"""Sends what waits to be sent, and notes what became of it.

What is told is written down before it is sent, so that nothing can be told twice; what is left is whether a message
whose sender dies arrives. A webhook is asked again, with the same id: receivers know it by that. A mail is not: from
the moment at which it is handed over until the answer it counts as on its way, and if no answer ever comes it is
`unsure`. A mail that may be missing is chosen over one that comes twice; the next one says so and links to what it
told (frontend/alerts/mails.py). Until it is handed over (no connection, a refusal) it waits and is tried again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from indexer.alerts.subscriptions import Channel
from indexer.keys import SecretError
from indexer.store import Delivery, Store, StoreError, stamp

logger = logging.getLogger(__name__)

RETRY_MINUTES = (1, 5, 30, 120, 360, 720, 1440)
"""After so many minutes an attempt that failed is repeated; then it is given up."""
LONGEST = timedelta(minutes=2 * RETRY_MINUTES[-1])
"""Nothing is put off for so long."""
LEASE = timedelta(minutes=10)
"""So long an attempt may take before somebody else may make it."""
BATCH = 100
ENOUGH_FAILURES = 5
"""A target that refuses so many messages in a row is gone: its subscription is erased. What our own server or secret
does to a message says nothing of the target.
"""


class Unsent(Exception):
    """It certainly did not arrive, and may another time. `ours`: not for anything that the target did."""

    def __init__(self, told: str, *, ours: bool = False) -> None:
        super().__init__(told)
        self.ours = ours


class Refused(Exception):
    """It will never be taken. `gone`: the target says that it wants nothing more. `ours`: as with Unsent."""

    def __init__(self, told: str, *, gone: bool = False, ours: bool = False) -> None:
        super().__init__(told)
        self.gone, self.ours = gone, ours


class Unsure(Exception):
    """It was handed over, and nobody said whether it was taken."""


Begin = Callable[[], None]
Send = Callable[[Delivery, Begin], None]
"""Sends one; calls what it is given right before it hands it over. Raises one of the above."""


class Taken(Exception):
    """Somebody else is sending it."""


class Outbox:
    """Sends by channel. `clock` is asked for each attempt."""

    def __init__(self, store: Store, senders: Mapping[str, Send], clock: Callable[[], datetime]) -> None:
        self.store, self.senders, self.clock = store, senders, clock

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Everything that is due; returns how many ended in which state.

        SecretError, behind all the others, where addresses were sealed with another secret: these wait for it.
        """
        done: Counter[str] = Counter()
        sealed: SecretError | None = None
        self._settle()
        seen: set[str] = set()
        while not stopping():
            # What was tried once in this round waits for another one, even where the clock stands still.
            batch = [each for each in self.store.due_deliveries(stamp(self.clock()), BATCH) if each.id not in seen]
            if not batch:
                break
            for each in batch:
                if stopping():
                    break
                seen.add(each.id)
                if each.channel not in self.senders:
                    continue
                try:
                    done[self._attempt(each)] += 1
                except SecretError as error:
                    sealed = error
        if sealed is not None:
            raise sealed
        return done

    def _attempt(self, delivery: Delivery) -> str:
        now = self.clock()
        leased = replace(delivery, due=stamp(now + LEASE), attempts=delivery.attempts + 1)
        with self.store.transaction() as writer:
            if not writer.move(delivery, due=leased.due, attempts=leased.attempts):
                return "taken"
        current = leased

        def begin() -> None:
            nonlocal current
            with self.store.transaction() as writer:
                if not writer.move(current, state="sending"):
                    raise Taken
            current = replace(current, state="sending")

        try:
            self.senders[delivery.channel](delivery, begin)
        except Taken:
            return "taken"
        except Unsent as error:
            return self._again(current, str(error), now, failed=not error.ours)
        except Unsure as error:
            return self._end(current, "unsure", str(error))
        except Refused as error:
            return self._refused(current, error)
        except (SecretError, StoreError):
            raise
        except Exception as error:  # One that cannot be worded or sent must not hold up all the others.
            logger.exception("delivery %s broke its sender", current.id)
            problem = f"{type(error).__name__} in its sender"
            if current.state == "sending" and current.channel == Channel.MAIL:
                return self._end(current, "unsure", problem)
            return self._again(current, problem, now, failed=False)
        with self.store.transaction() as writer:
            writer.move(current, state="sent", problem="")
            if delivery.subscription:
                writer.set_subscription(delivery.subscription, {"failures": 0})
        return "sent"

    def _again(self, current: Delivery, problem: str, now: datetime, *, failed: bool) -> str:
        if current.attempts > len(RETRY_MINUTES):
            return self._end(current, "failed", problem, failed=failed)
        due = stamp(now + timedelta(minutes=RETRY_MINUTES[current.attempts - 1]))
        with self.store.transaction() as writer:
            writer.move(current, state="waiting", due=due, problem=problem)
        logger.warning("delivery %s waits for another attempt: %s", current.id, problem)
        return "waiting"

    def _refused(self, current: Delivery, error: Refused) -> str:
        if error.gone and current.subscription:
            with self.store.transaction() as writer:
                writer.erase_subscription(current.subscription)
            logger.info("subscription %s ended by its target", current.subscription)
            return "failed"
        return self._end(current, "failed", str(error), failed=not error.ours)

    def _end(self, current: Delivery, state: str, problem: str, *, failed: bool = False) -> str:
        logger.warning("delivery %s: %s (%s)", current.id, state, problem)
        with self.store.transaction() as writer:
            writer.move(current, state=state, problem=problem)
            if failed and current.subscription:
                writer.count_failure(current.subscription)
        known = self.store.subscription(current.subscription) if failed and current.subscription else None
        if known and known.failures >= ENOUGH_FAILURES:
            with self.store.transaction() as writer:
                writer.erase_subscription(known.id)
            logger.warning("subscription %s erased: its target refused %s times", known.id, known.failures)
        return state

    def _settle(self) -> None:
        """What somebody who died was sending, and what a clock that was ahead put off until its own time."""
        now = self.clock()
        before = stamp(now)
        with self.store.transaction() as writer:
            writer.bring_back(stamp(now + LONGEST), before)
            writer.settle(before, Channel.MAIL, "unsure", "the sender died while it was on its way")
            writer.settle(before, Channel.WEBHOOK, "waiting", "")
