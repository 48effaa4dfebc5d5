"""wenku: the crawler for Chinese document libraries."""

from crawler import native

STATE = native.settle()  # whether the rooms that read and clean pages run compiled
