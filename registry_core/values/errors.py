"""What can go wrong, as facts with a stable code; the words for people are the web's."""

from collections.abc import Callable
from datetime import datetime
from functools import partial


class RegistryError(Exception):
    """Base of every refusal of the core. `code` is stable (kebab-case); `facts` carry what a page needs to explain it."""

    code = "registry-error"

    def __init__(self, **facts: object) -> None:
        """Keep the facts; never put a resident record code or a name among them."""
        super().__init__(self.code)
        self.facts: dict[str, object] = facts

    def __reduce__(self) -> tuple[Callable[[], "RegistryError"], tuple[()]]:
        """As another process of ours is told it."""
        return partial(type(self), **self.facts), ()


class InvalidCode(RegistryError):
    """Not eleven digits, or one digit eleven times."""

    code = "invalid-code"


class InvalidDate(RegistryError):
    """Not a day the register can hold (STD 1.1.8)."""

    code = "invalid-date"


class InvalidMunicipalityCode(RegistryError):
    """Not six digits, or the check digit is wrong."""

    code = "invalid-municipality-code"


class InvalidText(RegistryError):
    """Text with control, bidi or surrogate characters; facts: item."""

    code = "invalid-text"


class TooLong(RegistryError):
    """Text longer than the item holds; facts: item, limit."""

    code = "too-long"


class MissingItem(RegistryError):
    """An item the register must hold is empty; facts: item."""

    code = "missing-item"


class InvalidItem(RegistryError):
    """An item's value is not one of its closed list, or not of its form; facts: item."""

    code = "invalid-item"


class UnknownRelationship(InvalidItem):
    """A relationship outside the closed list; facts: item, why (not-in-the-list, too-many-links), instead: what to write."""

    code = "unknown-relationship"


class ReasonNeverHere(InvalidItem):
    """A reason of Regulation art. 11 that no record of this register can have; facts: item, reason."""

    code = "reason-never-here"


class RecordNotFound(RegistryError):
    """No such record here: absent, of another municipality, or of a protected person to who may not know, told alike."""

    code = "record-not-found"


class RecordErased(RegistryError):
    """The record has been erased (消除)."""

    code = "record-erased"


class StaleRecord(RegistryError):
    """The record changed since the reader saw it."""

    code = "stale-record"


class TwoItemsNeeded(RegistryError):
    """A search for a person names two items, or the whole code or card number."""

    code = "two-items-needed"


class NotPermitted(RegistryError):
    """This actor's role may not do this."""

    code = "not-permitted"


class CodeInUse(RegistryError):
    """The code is, or was, somebody's; or stands in a pool."""

    code = "code-in-use"


class PoolEmpty(RegistryError):
    """No designated code is left: ask for more (Regulation art. 9)."""

    code = "pool-empty"


class CodeNotYetHandedOver(RegistryError):
    """A new code is shown on a page only once its slip is handed over or posted."""

    code = "code-not-yet-handed-over"


class RequestNotFound(RegistryError):
    """No such request: absent, somebody else's, or of a protected person to who may not know, told alike."""

    code = "request-not-found"


class OpenRequestExists(RegistryError):
    """One open request a person; facts: reference."""

    code = "open-request-exists"

    def __init__(self, reference: str) -> None:
        """Name the open request."""
        super().__init__(reference=reference)


class RequestAlreadyDecided(RegistryError):
    """The request is not open any more; facts: status, by, at."""

    code = "request-already-decided"

    def __init__(self, status: str, by: str | None, at: datetime | None) -> None:
        """Say how it ended, who ended it and when."""
        super().__init__(status=status, by=by, at=at)


class TakenByAnother(RegistryError):
    """Another person works on it; facts: by (name), at."""

    code = "taken-by-another"

    def __init__(self, by: str | None, at: datetime | None) -> None:
        """Say who has it, since when."""
        super().__init__(by=by, at=at)


class NotTaken(RegistryError):
    """Take the request before working on it."""

    code = "not-taken"


class OwnHousehold(RegistryError):
    """A member of staff may not work on their own record or household."""

    code = "own-household"


class SamePerson(RegistryError):
    """The person who checked the identity may not approve."""

    code = "same-person"


class IdentityNotChecked(RegistryError):
    """No identity document has been shown yet (Cabinet Order art. 30-3)."""

    code = "identity-not-checked"


class DifferencesNotAccepted(RegistryError):
    """The record changed since the request; the resident has to accept the difference at the counter."""

    code = "differences-not-accepted"


class ReasonNeeded(RegistryError):
    """The last-resort document (Regulation art. 9-2 item 2) needs its reason."""

    code = "reason-needed"


class QuestionOpen(RegistryError):
    """A question to the resident is not answered yet."""

    code = "question-open"


class NoQuestion(RegistryError):
    """There is no open question to answer."""

    code = "no-question"


class AlreadyRecorded(RegistryError):
    """This step has its day already; facts: on."""

    code = "already-recorded"


class DayOutOfRange(RegistryError):
    """A day before the approval or in the future."""

    code = "day-out-of-range"


class CaseNotFound(RegistryError):
    """No such correction case here, told as RequestNotFound is."""

    code = "case-not-found"


class ImportUnfinished(RegistryError):
    """Another import of a file of residents is under way here, or broke off."""

    code = "import-unfinished"


class ImportMovedOn(RegistryError):
    """Somebody else entered these lines of the file, or ended the import."""

    code = "import-moved-on"
