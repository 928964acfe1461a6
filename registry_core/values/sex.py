"""Sex (男女の別) in the codes of ISO 5218, as the Government Interoperability Framework uses them."""

from enum import StrEnum


class Sex(StrEnum):
    """ISO 5218."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_APPLICABLE = "9"


def sex_of(text: str) -> Sex | None:
    """Read the claim of a sign-in provider or a column: ISO code, English word or 男/女; None when it is none of these."""
    return _WORDS.get(text.strip().casefold())


_WORDS = {
    "0": Sex.UNKNOWN,
    "1": Sex.MALE,
    "2": Sex.FEMALE,
    "9": Sex.NOT_APPLICABLE,
    "male": Sex.MALE,
    "female": Sex.FEMALE,
    "m": Sex.MALE,
    "f": Sex.FEMALE,
    "男": Sex.MALE,
    "女": Sex.FEMALE,
    "男性": Sex.MALE,
    "女性": Sex.FEMALE,
}
