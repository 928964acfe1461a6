"""A resident: reads, signs in, looks at the record, asks for another code."""

from tests.people.visitor import Person


class Resident(Person):
    """One of `resident-1` ... `resident-12`."""
