"""The kinds of values that name resources of Google Cloud."""

import re
from dataclasses import dataclass
from typing import ClassVar

_PROJECT = r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"
_NAMES = {
    "projects": _PROJECT,
    "topics": r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}",
    "subscriptions": r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}",
    "instances": r"[a-z][a-z0-9-]{4,31}[a-z0-9]",
    "tables": r"[A-Za-z0-9._-]{1,50}",
}
"""What Google's services take as names, by what stands before them in a path."""
_DATASET = re.compile(rf"({_PROJECT})[:.]([A-Za-z0-9_]{{1,1024}})")
_BUCKET = re.compile(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/(?:[^\x00-\x1f?*\[\]#]*/)?")


@dataclass(frozen=True)
class Resource:
    """A resource by its full path; ``form`` is the path with a pair of braces for each name."""

    metavar: str
    form: str
    absent: ClassVar[str] = ""

    @property
    def expected(self) -> str:
        """Show the path."""
        names = (word[0].upper() for word in self.form.split("/")[::2])
        return f"{self.form.format(*names)}, with names as Google Cloud takes them"

    @property
    def pattern(self) -> str:
        """Give the regular expression of the whole path."""
        words = self.form.split("/")
        return "/".join(f"{word}/{_NAMES[word]}" for word in words[::2])

    def parse(self, text: str) -> str:
        """Return the path itself."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError("no such path")
        return text


@dataclass(frozen=True)
class Dataset:
    """A dataset of BigQuery, with its project."""

    metavar: str = "DATASET"
    expected: str = "PROJECT:DATASET or PROJECT.DATASET"
    pattern: ClassVar[str] = _DATASET.pattern
    absent: ClassVar[str] = ""

    def parse(self, text: str) -> str:
        """Return PROJECT.DATASET, as BigQuery's clients take it."""
        match = _DATASET.fullmatch(text)
        if not match:
            raise ValueError("no dataset")
        return f"{match[1]}.{match[2]}"


@dataclass(frozen=True)
class BucketFolder:
    """A folder of Cloud Storage."""

    metavar: str = "FOLDER"
    expected: str = "a folder of Cloud Storage: gs://BUCKET/FOLDER/"
    pattern: ClassVar[str] = _BUCKET.pattern
    absent: ClassVar[str] = ""

    def parse(self, text: str) -> str:
        """Return the path, with its slash at the end."""
        folder = text if text.endswith("/") else text + "/"
        if not _BUCKET.fullmatch(folder):
            raise ValueError("no folder of a bucket")
        return folder
