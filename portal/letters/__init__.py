"""Paper that leaves the house: the slip, as a page to print, in Japanese with the addressee's language beside it."""

from portal.letters.views import blueprint

__all__ = ["blueprint"]
