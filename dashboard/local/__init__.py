"""The local store, read and written for the page: one SQLite file, beside it the archive and ``reviews.jsonl``."""
