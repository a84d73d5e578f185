"""Saying no: every refusal of office and hall is a `Refused` with words that a person can act on."""

from __future__ import annotations


class Refused(Exception):
    """What was asked cannot be done; `str()` says in Chinese what is wrong and what to do instead."""


class NotFound(Refused):
    """What was asked for does not exist."""


class Overtaken(Refused):
    """What was pressed was drawn before somebody else did something: it says who did what."""


class NotAllowed(Refused):
    """The person signed in may not do this."""
