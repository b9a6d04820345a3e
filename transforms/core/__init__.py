"""The rules: pure Python that knows nothing of Beam, reads no clock and does no I/O."""
