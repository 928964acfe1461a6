"""How one record of the demonstration is written down."""

from dataclasses import dataclass

from registry_core.register import AliasEntry, ResidenceCategory, ResidentItems, Sex
from registry_core.values.register_date import RegisterDate

HEAD = "世帯主"


@dataclass(frozen=True)
class Resident:
    """One record. ``own_script``: the name as its bearer writes it; ``told_address``: what the provider tells if it differs."""

    login: str
    own_script: str
    language: str
    items: ResidentItems
    remark: str = ""
    told_address: str = ""


@dataclass(frozen=True)
class Stay:
    """Status, period and end of stay, as Japanese official words; the card's number."""

    status: str
    period: str
    end: str | None
    card: str
    category: ResidenceCategory = ResidenceCategory.MID_TO_LONG_TERM


def items_of(  # noqa: PLR0917 - the rows of a table, read by position
    latin: str,
    born: str,
    sex: Sex,
    address: str,
    since: str,
    nationality: str,
    stay: Stay,
    household: str,
    *,
    kanji: str | None = None,
    reading: str | None = None,
    alias: str | None = None,
    aliases: tuple[AliasEntry, ...] = (),
    head: str | None = None,
    relation: str = HEAD,
    before: str = "",
    became: str | None = None,
    protected: bool = False,
) -> ResidentItems:
    """Write the items of one record, with the head of household being the person where nobody else is named."""
    return ResidentItems(
        latin_name=latin,
        kanji_name=kanji,
        reading=reading,
        alias=alias,
        alias_history=aliases,
        birth_date=RegisterDate.parse(born),
        sex=sex,
        address=address,
        address_since=RegisterDate.parse(since),
        notified_on=RegisterDate.parse(since).calendar_day,
        previous_address=before,
        became_foreign_resident=RegisterDate.parse(became or since),
        nationality=nationality,
        residence_category=stay.category,
        residence_status=stay.status,
        period_of_stay=stay.period,
        end_of_stay=stay.end,
        card_number=stay.card,
        household_number=household,
        household_head=head or latin,
        relationship=relation,
        protected=protected,
    )
