"""What the steps that refuse have in common: the tag of their rejects, and the rejects of all of them."""

from typing import NamedTuple

import apache_beam as beam

from transforms.core.records import Rejects

REJECTS = "rejects"


class Refused(NamedTuple):
    """The rejects of all steps, each step's by itself: a Flatten of large elements makes runners store them."""

    unopened: beam.PCollection[Rejects]
    unparsed: beam.PCollection[Rejects]
    invalid: beam.PCollection[Rejects]
