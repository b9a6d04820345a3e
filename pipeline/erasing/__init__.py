"""Erasing a person from what the pipeline wrote in Google Cloud."""
