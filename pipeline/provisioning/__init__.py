"""Making what the pipeline writes to in Google Cloud: only what is missing, and nothing is ever removed."""
