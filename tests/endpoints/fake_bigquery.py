"""BigQuery as its client shows it, with the faults that the emulator lacks: the surface that the sinks use."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from google.api_core import exceptions as api

Fault = Callable[["FakeBigQuery"], Any]


class Job:
    """A load job that is done, or has failed."""

    def __init__(self, job_id: str, error: dict[str, str] | None = None) -> None:
        self.job_id = job_id
        self.error_result = error
        self.errors = [error] if error else None

    def result(self, retry: object, timeout: float) -> "Job":
        assert retry is None
        assert timeout
        if self.error_result:
            raise api.BadRequest(self.error_result["message"])
        return self


class FakeBigQuery:
    """Tables in memory, with insertId and job ids as BigQuery has them; ``faults`` are what the next requests meet.

    A fault raises, or gives the answer in place of the service, or gives None and the request goes through. ``after``
    holds what is raised after a request has gone through: an answer that is lost.
    """

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = defaultdict(dict)
        self.loaded: dict[str, list[Any]] = defaultdict(list)
        self.jobs: dict[str, Job] = {}
        self.faults: list[Any] = []
        self.after: list[Exception] = []
        self.refuse: Callable[[dict[str, Any]], str] = lambda _: ""
        self.requests: list[int] = []

    def close(self) -> None:
        pass

    def insert_rows_json(self, table: str, rows: list[Any], row_ids: list[str], retry: object, timeout: float) -> Any:
        assert retry is None
        assert timeout
        self.requests.append(len(rows))
        self._meet()
        refused = {index: why for index, row in enumerate(rows) if (why := self.refuse(row))}
        if refused:
            stopped = [{"reason": "stopped", "message": "", "location": ""}]
            return [
                {"index": index, "errors": [{"reason": "invalid", "message": refused[index], "location": "views"}]}
                if index in refused
                else {"index": index, "errors": stopped}
                for index in range(len(rows))
            ]
        self.tables[table].update(zip(row_ids, rows, strict=True))
        self._lose()
        return []

    def get_dataset(self, _: str, **__: Any) -> Any:
        return type("Dataset", (), {"location": "europe-west1"})

    def load_table_from_file(self, file, table: str, *, job_id: str, location: str, **_: Any) -> Job:
        assert location == "europe-west1"
        if job_id in self.jobs:
            raise api.Conflict(f"Already Exists: Job {job_id}")
        file.seek(0)
        lines = [json.loads(line) for line in file]
        fault = self._meet()
        self.jobs[job_id] = Job(job_id, fault)
        if not fault:
            self.loaded[table] += lines
        self._lose()
        return self.jobs[job_id]

    def get_job(self, job_id: str, **_: Any) -> Job:
        return self.jobs[job_id]

    def _meet(self) -> Any:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault

    def _lose(self) -> None:
        if self.after:
            raise self.after.pop(0)

    def views(self) -> Iterator[Any]:
        """What the tables hold of page views, in order."""
        rows = [*self.loaded.values(), *(list(table.values()) for table in self.tables.values())]
        return iter(sorted((row["url"], row["views"]) for table in rows for row in table if "url" in row))
