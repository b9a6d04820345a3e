"""The tag of rejects, the same for every step that refuses."""

REJECTS = "rejects"
