"""Every table of the portal and of the register: importing this module fills the metadata (migrations are checked against it)."""

import portal.auth.link_tables
import portal.letters.slip
import portal.resident.drafts
import portal.web.kept_posts
import portal.web.rate_limits
import portal.web.session_table
from registry_core.schema import metadata

__all__ = ["metadata", "portal"]
