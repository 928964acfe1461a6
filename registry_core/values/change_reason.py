"""Why a record was entered, corrected or erased (異動事由): Enforcement Regulation art. 11, the complete list."""

from enum import StrEnum


class ChangeReason(StrEnum):
    """異動事由 of Enforcement Regulation art. 11; those about the Individual Number are not held here."""

    MOVED_IN = "moved-in"  # 国内転入
    MOVED_IN_FROM_ABROAD = "moved-in-from-abroad"  # 国外転入等
    BIRTH = "birth"  # 出生
    ENTERED_EX_OFFICIO = "entered-ex-officio"  # 職権記載等
    MOVED_OUT = "moved-out"  # 国内転出
    MOVED_ABROAD = "moved-abroad"  # 国外転出
    DEATH = "death"  # 死亡
    NATURALISED = "naturalised"  # 職権消除等（帰化等）
    ERASED_EX_OFFICIO = "erased-ex-officio"  # 職権消除等
    MOVED_WITHIN = "moved-within"  # 転居
    MINOR_CORRECTION = "minor-correction"  # 軽微な修正
    CORRECTED_EX_OFFICIO = "corrected-ex-officio"  # 職権修正等
    CODE_CHANGE_REQUEST = "code-change-request"  # 住民票コードの変更請求
    CODE_ENTERED_EX_OFFICIO = "code-entered-ex-officio"  # 住民票コードの職権記載等


ENTRY_REASONS = frozenset(
    {
        ChangeReason.MOVED_IN,
        ChangeReason.MOVED_IN_FROM_ABROAD,
        ChangeReason.BIRTH,
        ChangeReason.ENTERED_EX_OFFICIO,
    }
)
ERASURE_REASONS = frozenset(
    {
        ChangeReason.MOVED_OUT,
        ChangeReason.MOVED_ABROAD,
        ChangeReason.DEATH,
        ChangeReason.NATURALISED,
        ChangeReason.ERASED_EX_OFFICIO,
    }
)
CORRECTION_REASONS = frozenset(
    {ChangeReason.MOVED_WITHIN, ChangeReason.MINOR_CORRECTION, ChangeReason.CORRECTED_EX_OFFICIO}
)
