"""What a demo page answers with: the type that the library, the server and the test sites share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

# One moment for every page that names none: a fixed one, so that two builds are equal.
MODIFIED = "Mon, 01 Apr 2024 08:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: status, value of the Content-Type header, bytes.

    `kind` says what the page is for a reader ("article", "list", "home", "tag", "error", "other",
    "redirect", "robots"), `location` where a redirect leads, `modified` is the Last-Modified
    header ("" sends none; then no ETag either: such a site knows no conditional requests).
    """

    status: int = 200
    content_type: str = "text/html"
    body: bytes = b""
    kind: str = "other"
    location: str = ""
    modified: str = MODIFIED

    @property
    def etag(self) -> str:
        """A strong validator of the bytes, quoted as the header wants it."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
