"""Errors that are told to a person in a sentence, without a stack trace."""


class MillraceError(Exception):
    """Something that the person at the command line can mend; the text says what and how."""


class StoreError(MillraceError):
    """The store cannot be opened or written, or does not fit this run."""


class InputError(MillraceError):
    """An input cannot be found or read."""
