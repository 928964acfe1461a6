"""Every table of the register, in one place: importing this module fills the metadata."""

from sqlalchemy import MetaData

from registry_core.storage.base import Base

__all__ = ["metadata"]

metadata: MetaData = Base.metadata
