"""Every table of the portal and of the register: importing this module fills the metadata (migrations are checked against it)."""

from typing import Final

import portal.auth.link_tables
import portal.letters.slip
import portal.resident.drafts
import portal.web.kept_posts
import portal.web.rate_limits
import portal.web.session_table
from portal.web.kept_posts import KeptPost
from portal.web.rate_limits import CountedTries
from portal.web.session_table import WebSession
from registry_core.schema import metadata

__all__ = ["TRANSIENT", "metadata", "portal"]

#: What lives for minutes, and must not live again after a restore: web sessions, kept forms, counted tries.
TRANSIENT: Final = (WebSession.__tablename__, KeptPost.__tablename__, CountedTries.__tablename__)
