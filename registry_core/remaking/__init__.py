"""Remaking what was lost (再製, Cabinet Order art. 16): backups, and what a restore has to make good and to tell."""

from registry_core.remaking.backup import BackupMade, back_up, last_backup_at, record_backup
from registry_core.remaking.backup_file import BackupFault, BackupFaulty, BackupHeader
from registry_core.remaking.declaration import MARGIN, OtherHistory, Restored, declare_restored, last_moment
from registry_core.remaking.known_head import HeldCheckpoints, KnownHead, known_heads
from registry_core.remaking.restoration import BackupSummary, DatabaseNotEmpty, check_backup, restore

__all__ = [
    "MARGIN",
    "BackupFault",
    "BackupFaulty",
    "BackupHeader",
    "BackupMade",
    "BackupSummary",
    "DatabaseNotEmpty",
    "HeldCheckpoints",
    "KnownHead",
    "OtherHistory",
    "Restored",
    "back_up",
    "check_backup",
    "declare_restored",
    "known_heads",
    "last_backup_at",
    "last_moment",
    "record_backup",
    "restore",
]
