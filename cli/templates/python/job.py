"""Greets whoever arrives."""

import json

from greeting import greet
from jobico import Event, Handler, Permanent, config, job, kv, log  # noqa: F401  Handler is what the component exports


@job
def handle(event: Event):
    person = event.json()
    visits = count_visit(person["name"])
    try:
        greeting = greet(person["name"], config("greeting") or "Hello", visits)
    except ValueError as error:
        raise Permanent(error) from error
    log.info(greeting["text"])
    return greeting


def count_visit(name: str) -> int:
    """Counts in the bucket `visits`. Where somebody else counted in between it fails, and the event is tried again."""
    before = kv.get("visits", name)
    if before is None:
        kv.set("visits", name, b"1", if_absent=True)
        return 1
    count = json.loads(before.value) + 1
    kv.set("visits", name, str(count).encode(), if_revision=before.revision)
    return count
