"""What every log line goes through, whoever writes it: no secrets, no control or direction marks (see `text.safe_lines`)."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from crawler.text import safe_lines

MOST = 4_000  # characters of a message: more of it is somebody's page


class SafeRecord(logging.LogRecord):
    """A log record whose message and traceback are fit for a terminal, in whatever handler they end."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            # Formatters print this text when it is there, and make one of their own otherwise.
            self.exc_text = safe_lines("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:  # noqa: N802
        text = super().getMessage()
        return safe_lines(text if len(text) <= MOST else text[: MOST - 1] + "…")


def install() -> None:
    """Makes every record of this process a safe one. A filter would have to hang on each handler that anybody adds."""
    logging.setLogRecordFactory(SafeRecord)
