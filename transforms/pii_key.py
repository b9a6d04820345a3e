"""The key that identifiers are hashed with: read where it is needed, so that it is no part of a job's description."""

from apache_beam.io.filesystems import FileSystems

MOST_BYTES = 4096
FEWEST_BYTES = 16


def read_pii_key(path: str) -> bytes:
    """Read the key from a file, local or gs://; the white space around it is none of it. No path gives no key.

    Raises:
        ValueError: the file holds no key, or too short a one.
        OSError: the file cannot be read; other stores raise errors of their own.
    """
    if not path:
        return b""
    with FileSystems.open(path) as file:
        key: bytes = file.read(MOST_BYTES).strip()
    if len(key) < FEWEST_BYTES:
        raise ValueError(f"a key of {FEWEST_BYTES} bytes or more; these are {len(key)}")
    return key
