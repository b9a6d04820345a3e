"""What Cloud Storage may do to an upload."""

import pytest
import requests
from google.api_core import exceptions as api

from pipeline.endpoints import stalls
from pipeline.endpoints.gs_files import Folder
from pipeline.errors import StoreError


class FakeBucket:
    """A bucket in memory; ``faults`` are what the next uploads meet, before or after they went through."""

    def __init__(self):
        self.objects, self.before, self.after = {}, [], []

    def bucket(self, name):
        assert name == "b"
        return self

    def blob(self, name):
        return type("Blob", (), {"upload_from_string": lambda _, *given, **how: self.upload(name, *given, **how)})()

    def upload(self, name, content, content_type, **how):
        assert (content_type, how["if_generation_match"], how["retry"]) == ("text/plain", 0, None)
        if self.before:
            raise self.before.pop(0)
        if name in self.objects:
            raise api.PreconditionFailed("conditionNotMet")
        self.objects[name] = content
        if self.after:
            raise self.after.pop(0)


@pytest.fixture
def bucket(monkeypatch):
    fake = FakeBucket()
    monkeypatch.setattr("google.cloud.storage.Client", lambda: fake)
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    return fake


def put(content=b"x", *, is_live=True):
    return Folder("gs://b/f/", is_live=is_live).put("n", content, "text/plain")


def test_an_upload_waits_for_what_passes(bucket):
    bucket.before = [api.ServiceUnavailable("away"), api.TooManyRequests("slow"), requests.exceptions.ReadTimeout("?")]
    assert put() == "gs://b/f/n"
    assert bucket.objects == {"f/n": b"x"}


def test_a_lost_answer_is_no_failure(bucket):
    bucket.after = [requests.exceptions.ReadTimeout("lost")]
    put()
    assert bucket.objects == {"f/n": b"x"}


def test_what_is_there_stays(bucket):
    put()
    put(b"other")
    assert bucket.objects == {"f/n": b"x"}


def test_a_missing_bucket_ends_a_run_with_an_end_in_words(bucket):
    bucket.before = [api.NotFound("The specified bucket does not exist.")]
    with pytest.raises(
        StoreError, match="cannot write Cloud Storage gs://b/f/: 404 The specified bucket does not exist"
    ):
        put(is_live=False)
