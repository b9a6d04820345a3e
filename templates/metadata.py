"""The template's metadata, made of the table of options; ``python -m templates.generate`` writes metadata.json."""

from typing import Any

from options.table import OPTIONS
from options.template_parameters import parameters

AT_LEAST_ONCE, EXACTLY_ONCE = "AT_LEAST_ONCE", "EXACTLY_ONCE"

DESCRIPTION = (
    "Page views per URL and minute, suspected card testing and account takeover, a ledger and an archive, from a "
    "stream of business events. Results are functions of the set of events, so that both streaming modes end in the "
    "same rows."
)

SERVICE_FIELDS: dict[str, Any] = {
    "streaming": True,
    "supportsAtLeastOnce": True,
    "supportsExactlyOnce": True,
    "defaultStreamingMode": AT_LEAST_ONCE,
}
"""What ``gcloud dataflow flex-template build`` leaves out of the spec file, and the service reads."""


def metadata() -> dict[str, Any]:
    """Write the content of metadata.json."""
    return {
        "name": "Millrace",
        "description": DESCRIPTION,
        **SERVICE_FIELDS,
        "parameters": list(parameters(OPTIONS)),
    }
