"""The live page and the review queue: a small web service over a store. It imports the pipeline, never the other way."""
