"""An answer that was finished before anybody asked: a public page, the same bytes and headers for everybody (design rule 10).

Nothing is added to it on its way out: no request number, no cookie. Whatever tries fails loudly, because it would tell one
reader something about another, from a cache.
"""

from collections.abc import Iterable

from flask import Response
from werkzeug.datastructures import Headers, ImmutableHeadersMixin


class SealedHeaders(ImmutableHeadersMixin, Headers):  # type: ignore[misc]
    """Headers that refuse every change with TypeError; one value serves all requests."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take them as they are: they are ours, and were checked when they were made."""
        super().__init__()
        self._list = list(pairs)


class FinishedResponse(Response):
    """Sends sealed headers as they are; they must hold all that an answer needs, its length too."""

    default_mimetype = None  # an answer without a body (304) has no type

    def __init__(self, body: bytes, headers: SealedHeaders, status: int = 200) -> None:
        """Take what is finished; nothing is copied."""
        super().__init__((body,), status, headers)

    def get_wsgi_headers(self, _environ: object) -> Headers:
        """Leave out the corrections other answers need."""
        return self.headers
