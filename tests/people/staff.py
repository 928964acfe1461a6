"""The people at the counter and behind it."""

from tests.people.visitor import Person


class Clerk(Person):
    """`clerk-1`, `clerk-2`, or anybody else of the staff."""

    sign_in_path = "/{lang}/staff/sign-in"
