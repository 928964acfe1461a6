"""Why a record was entered, erased or corrected (異動事由): Enforcement Regulation art. 11, the complete list.

Five of its reasons can never stand on a record of this register, which holds foreign residents and no Individual Number.
"""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from registry_core.values.errors import InvalidItem, ReasonNeverHere


class ChangeReason(StrEnum):
    """異動事由 of Enforcement Regulation art. 11 par. 1 to 5."""

    MOVED_IN = "moved-in"  # 国内転入
    MOVED_IN_FROM_ABROAD = "moved-in-from-abroad"  # 国外転入等
    BIRTH = "birth"  # 出生
    ENTERED_NATURALISED = "entered-naturalised"  # 職権記載等（帰化等）
    ENTERED_NATIONALITY_LOST = "entered-nationality-lost"  # 職権記載等（国籍喪失）
    ENTERED_EX_OFFICIO = "entered-ex-officio"  # 職権記載等
    MOVED_OUT = "moved-out"  # 国内転出
    MOVED_ABROAD = "moved-abroad"  # 国外転出
    DEATH = "death"  # 死亡
    NATURALISED = "naturalised"  # 職権消除等（帰化等）
    ERASED_NATIONALITY_LOST = "erased-nationality-lost"  # 職権消除等（国籍喪失）
    ERASED_EX_OFFICIO = "erased-ex-officio"  # 職権消除等
    MOVED_WITHIN = "moved-within"  # 転居
    MINOR_CORRECTION = "minor-correction"  # 軽微な修正
    CORRECTED_EX_OFFICIO = "corrected-ex-officio"  # 職権修正等
    INDIVIDUAL_NUMBER_CHANGE_REQUEST = "individual-number-change-request"  # 個人番号の変更請求
    INDIVIDUAL_NUMBER_CORRECTED_EX_OFFICIO = "individual-number-corrected-ex-officio"  # 個人番号の職権修正
    INDIVIDUAL_NUMBER_ENTERED_EX_OFFICIO = "individual-number-entered-ex-officio"  # 個人番号の職権記載等
    CODE_CHANGE_REQUEST = "code-change-request"  # 住民票コードの変更請求
    CODE_ENTERED_EX_OFFICIO = "code-entered-ex-officio"  # 住民票コードの職権記載等


#: Art. 11 par. 1, of foreign residents; who lost the Japanese nationality gets such a record (Cabinet Order art. 8-2 par. 2).
ENTRY_REASONS = frozenset(
    {
        ChangeReason.MOVED_IN,
        ChangeReason.MOVED_IN_FROM_ABROAD,
        ChangeReason.BIRTH,
        ChangeReason.ENTERED_NATIONALITY_LOST,
        ChangeReason.ENTERED_EX_OFFICIO,
    }
)
#: Art. 11 par. 2, of foreign residents; who became Japanese has that record erased (Cabinet Order art. 8-2 par. 1).
ERASURE_REASONS = frozenset(
    {
        ChangeReason.MOVED_OUT,
        ChangeReason.MOVED_ABROAD,
        ChangeReason.DEATH,
        ChangeReason.NATURALISED,
        ChangeReason.ERASED_EX_OFFICIO,
    }
)
#: Art. 11 par. 3: name, alias (Regulation art. 46), birth date, sex, address.
CORRECTION_REASONS = frozenset(
    {ChangeReason.MOVED_WITHIN, ChangeReason.MINOR_CORRECTION, ChangeReason.CORRECTED_EX_OFFICIO}
)
#: Art. 11 par. 5.
CODE_REASONS = frozenset({ChangeReason.CODE_CHANGE_REQUEST, ChangeReason.CODE_ENTERED_EX_OFFICIO})
#: Those of a Japanese person's record (Cabinet Order art. 8-2), and par. 4: the Individual Number, which is not held here.
NEVER_HERE = frozenset(
    {
        ChangeReason.ENTERED_NATURALISED,
        ChangeReason.ERASED_NATIONALITY_LOST,
        ChangeReason.INDIVIDUAL_NUMBER_CHANGE_REQUEST,
        ChangeReason.INDIVIDUAL_NUMBER_CORRECTED_EX_OFFICIO,
        ChangeReason.INDIVIDUAL_NUMBER_ENTERED_EX_OFFICIO,
    }
)
#: Whose day need not be known (standard specification 1.1.8): birth, death, and disappearance, which is erased ex officio.
REASONS_OF_UNKNOWN_DAYS = frozenset({ChangeReason.BIRTH, ChangeReason.DEATH, ChangeReason.ERASED_EX_OFFICIO})


def guard_reason(reason: ChangeReason, allowed: AbstractSet[ChangeReason]) -> None:
    """One of these reasons. Raises ReasonNeverHere for what no record here can have, else InvalidItem (facts: item)."""
    if reason in NEVER_HERE:
        raise ReasonNeverHere(item="reason", reason=reason.value)
    if reason not in allowed:
        raise InvalidItem(item="reason")
