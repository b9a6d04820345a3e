"""The live page and the review queue: a small web service over a store. The pipeline does not know of it."""
