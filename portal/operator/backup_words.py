"""What is wrong with a backup, in words for whoever has to restore it at night. Nothing was written in any of these cases."""

from pathlib import Path

from registry_core.remaking import BackupFault, BackupFaulty
from registry_core.storage.sealed_file import FileFault, SealedFileFaulty

_TAKE_ANOTHER = "Take another copy of it, or the backup before it."
_FILE = {
    FileFault.NOT_ONE: "it is no backup of this portal",
    FileFault.OTHER_KEYS: (
        "the keys in {keys} do not open it: it was made with other keys, or its beginning is damaged. "
        "Put the key file that belongs to it at PORTAL_DATA_KEYS_FILE: of a backup from before the keys were replaced, the"
        " safe's copy of that time"
    ),
    FileFault.CUT_OFF: "it is cut off after part {chunk}: the copy is not complete. " + _TAKE_ANOTHER,
    FileFault.DAMAGED: "part {chunk} of it was altered or damaged. " + _TAKE_ANOTHER,
}
_BACKUP = {
    BackupFault.FORM: "its content is not what this portal writes ({where}). " + _TAKE_ANOTHER,
    BackupFault.ROWS_DIFFER: "the rows of {where} are not all there. " + _TAKE_ANOTHER,
    BackupFault.NEWER_REVISION: (
        "it comes from a newer version of this program (schema revision {where}). Restore it with that version"
    ),
    BackupFault.KEYS_REPLACED: (
        "the keys in {keys} are later ones: when it was made, keys were in use that are gone from there. "
        "Put the key file of that time at PORTAL_DATA_KEYS_FILE"
    ),
    BackupFault.OTHER_MUNICIPALITY: (
        "it is the register of municipality {where}, and PORTAL_MUNICIPALITY_FILE names another one"
    ),
}


def words_for(file: Path, keys: Path, faulty: SealedFileFaulty | BackupFaulty) -> str:
    """One sentence or two."""
    if isinstance(faulty, SealedFileFaulty):
        words = _FILE[faulty.fault].format(keys=keys, chunk=faulty.chunk)
    else:
        words = _BACKUP[faulty.fault].format(where=faulty.where, keys=keys)
    return f"{file} cannot be restored: {words.rstrip('.')}. Nothing was written."
