"""Errors of Google Cloud's services: which pass, which a person mends while a job waits, and how they are told."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.stalls import persistently
from pipeline.errors import StoreError

BOUNDED_PATIENCE_SECONDS = 300.0
"""How long a run with an end waits for a home; a live one waits for ever, and reads no further meanwhile."""

_QUOTAS = ("rateLimitExceeded", "quotaExceeded", "userRateLimitExceeded")
_AWAY = (
    *(api.ServerError, api.TooManyRequests, api.Aborted, api.DeadlineExceeded, api.RetryError),
    *(requests.exceptions.ConnectionError, requests.exceptions.Timeout, ConnectionError, TimeoutError),
    auth.TransportError,
)
_MENDABLE = (api.NotFound, api.Forbidden, api.Unauthorized, auth.GoogleAuthError)
_TO_MEND = "make what is missing, and see what differs, with: python -m pipeline.provision"
_MAX_TEXT = 300

T = TypeVar("T")


class PassingError(Exception):
    """What a service said in its answer, not as an error, and what may pass; the text says why."""


class MendableError(Exception):
    """What a person can mend while a live job waits; the text says what."""


class Home(NamedTuple):
    """A home of results: its name in messages, as ``BigQuery shop.d.page_views``, and whether the run is live."""

    name: str
    is_live: bool

    def write(self, write: Callable[[], T]) -> T:
        """Write, which must bear repeating, and wait while the home is away.

        Raises:
            StoreError: it is away for too long, or what is wrong does not pass.
        """
        patience = None if self.is_live else BOUNDED_PATIENCE_SECONDS
        try:
            result = persistently(self.name, write, self._passing, patience)
        except (api.GoogleAPICallError, auth.GoogleAuthError, MendableError) as error:
            raise StoreError(f"cannot write {self.name}: {told(error)}") from error
        DRAIN.wrote()
        return result

    def _passing(self, error: Exception) -> str | None:
        return told(error) if is_passing(error) or (self.is_live and is_mendable(error)) else None


def open_client(service: str, make: Callable[[], T]) -> T:
    """Make a client of a service.

    Raises:
        StoreError: there are no credentials, or they cannot be read.
    """
    try:
        return make()
    except auth.GoogleAuthError as error:
        raise StoreError(f"cannot use {service}: {told(error)}") from error


def is_passing(error: BaseException | None) -> bool:
    """Tell whether an error passes without anybody's doing."""
    return isinstance(error, (PassingError, *_AWAY)) or _is_of_quota(error)


def is_mendable(error: BaseException | None) -> bool:
    """Tell whether a person can mend an error while a job waits: something is missing, or may not be written."""
    return isinstance(error, (MendableError, *_MENDABLE)) and not _is_of_quota(error)


def _is_of_quota(error: BaseException | None) -> bool:
    return isinstance(error, api.GoogleAPICallError) and any(
        isinstance(one, dict) and one.get("reason") in _QUOTAS for one in error.errors
    )


def told(error: BaseException) -> str:
    """Tell an error of a service in a sentence."""
    code = getattr(error, "code", None)
    what = getattr(error, "message", None) or str(error) or type(error).__name__
    text = (f"{int(code)} " if isinstance(code, int) else "") + " ".join(str(what).split())
    text = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
    if isinstance(error, auth.GoogleAuthError) and not isinstance(error, auth.TransportError):
        return f"{text}; for a person: gcloud auth application-default login"
    return f"{text}; {_TO_MEND}" if isinstance(error, _MENDABLE) and is_mendable(error) else text
