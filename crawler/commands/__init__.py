"""The commands of the shell. Each checks what a person typed before anything starts."""

from __future__ import annotations

import sys

from crawler.text import safe_lines

EXIT_USAGE = 2


def complain(message: object) -> None:
    """One line on standard error that names the thing and the cure."""
    print(safe_lines(f"wenku: {message}"), file=sys.stderr)
