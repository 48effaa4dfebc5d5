"""wenku: the crawler for Chinese document libraries."""
