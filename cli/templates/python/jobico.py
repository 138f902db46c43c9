"""A job's side of the platform: the event it gets, how it fails, and what it may ask for.

What it may reach is what the package grants. The modules of `wit_world` are made of wit/job.wit when the component is
built; this adds what makes them pleasant.
"""

import json
from dataclasses import dataclass

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import config as host_config
from wit_world.imports import http as host_http
from wit_world.imports import kv as host_kv
from wit_world.imports import log as host_log
from wit_world.imports import outbox as host_outbox
from wit_world.imports import types


class Retry(Exception):
    """Try again, as the job's retry policy says. So is whatever else a job raises."""


class Permanent(Exception):
    """Never try again: take the error route, or become a dead letter."""


class Denied(Permanent):
    """The package does not grant it."""


class Conflict(Retry):
    """The condition of a write does not hold: somebody else wrote in between."""


@dataclass
class Event:
    id: str
    """Unique within the tenant, and the same on every attempt."""
    tenant: str
    name: str
    """The event's id in the package."""
    key: str | None
    """The ordering key, where the queue has one."""
    time: str
    """When the platform accepted the event, RFC 3339 in UTC."""
    attempt: int
    """1 on the first delivery."""
    data: str
    """JSON text, valid against the event's schema."""

    def json(self):
        return json.loads(self.data)


_handle = None


def job(function):
    """Marks the function that handles events. What it returns becomes JSON: the result, and the data on the `ok` route."""
    global _handle
    _handle = function
    return function


class Handler(exports.Handler):
    def handle(self, event: types.Event) -> str | None:
        try:
            result = _handle(Event(**vars(event)))
            return None if result is None else json.dumps(result, ensure_ascii=False)
        except Permanent as error:
            raise Err(types.Failure_Permanent(_text_of(error))) from error
        except Err:
            raise
        except Exception as error:
            raise Err(types.Failure_Retry(_text_of(error))) from error


def _text_of(error: Exception) -> str:
    is_ours = isinstance(error, (Permanent, Retry))
    return str(error) if is_ours else f"{type(error).__name__}: {error}"


def config(name: str) -> str | None:
    """A value of the package's configuration, or a granted secret."""
    return host_config.get(name)


class log:
    """Lines of the execution's record."""

    @staticmethod
    def info(message: str) -> None:
        host_log.write(host_log.Level.INFO, message)

    @staticmethod
    def warn(message: str) -> None:
        host_log.write(host_log.Level.WARN, message)


class kv:
    """Key-value buckets that the package grants. `get` gives an entry with `value` (bytes) and `revision`, or None."""

    @staticmethod
    def get(bucket: str, key: str):
        return _call(host_kv.get, bucket, key)

    @staticmethod
    def set(bucket: str, key: str, value: bytes, if_absent: bool = False, if_revision: str | None = None) -> str:
        """Writes a value and gives its revision; a `Conflict` where the condition does not hold."""
        when = host_kv.Condition_Always()
        if if_absent:
            when = host_kv.Condition_IfAbsent()
        if if_revision is not None:
            when = host_kv.Condition_IfRevision(if_revision)
        return _call(host_kv.set, bucket, key, value, when)

    @staticmethod
    def delete(bucket: str, key: str) -> None:
        _call(host_kv.delete, bucket, key)

    @staticmethod
    def keys(bucket: str, prefix: str = "") -> list[str]:
        return _call(host_kv.keys, bucket, prefix)


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self):
        return json.loads(self.body)


def fetch(url: str, method: str = "GET", headers=(), body: bytes | None = None, timeout_ms: int | None = None) -> Response:
    """An HTTP request to a host that the package grants. Any status is an answer; no answer is a failure."""
    request = host_http.Request(method, url, list(headers), body, timeout_ms)
    return Response(**vars(_call(host_http.send, request)))


def emit(event: str, data, key: str | None = None) -> None:
    """Raises a further event, which is enqueued if this job succeeds."""
    _call(host_outbox.emit, event, json.dumps(data, ensure_ascii=False), key)


# What may pass; whatever else the platform refuses, it refuses for good.
_PASSING = (host_kv.Error_Unavailable, host_http.Error_Timeout, host_http.Error_Failed)


def _call(function, *args):
    try:
        return function(*args)
    except Err as refused:
        reason = refused.value
        kind = type(reason).__name__.removeprefix("Error_").lower()
        text = f"{kind}: {getattr(reason, 'value', '')}".removesuffix(": ")
        if isinstance(reason, host_kv.Error_Conflict):
            raise Conflict(text) from refused
        if kind == "denied":
            raise Denied(text) from refused
        raise (Retry if isinstance(reason, _PASSING) else Permanent)(text) from refused
