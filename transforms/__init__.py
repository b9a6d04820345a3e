"""Millrace's steps: public PTransforms that work alone in any Beam pipeline."""
