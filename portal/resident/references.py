"""What people type when they copy a reference: the twelve Crockford characters, in whatever way their phone writes them."""

from registry_core.codes import normal_reference

LENGTH = 12
_LONGEST_INPUT = 60


def reference_from(text: str) -> str | None:
    """The reference a person meant, or None where no reading of the text is one.

    Crockford's rule: letters O, I and L are read as 0, 1 and 1; case, spaces and hyphens do not count.
    """
    reference = normal_reference(text) if len(text) <= _LONGEST_INPUT else ""
    return reference if len(reference) == LENGTH else None
