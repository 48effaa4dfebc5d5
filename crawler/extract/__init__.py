"""From bytes to a Page: encoding, displayed lines and their zones, kind, title, date, fields, paging, links.

Pure functions; this package knows no rules about phrases (that is `crawler.clean`), no site and no HTTP.
"""

from crawler.extract.join import join_pages
from crawler.extract.lines import read_text
from crawler.extract.reader import read_page
from crawler.extract.wall import Wall, in_the_way, wall_of

__all__ = ["Wall", "in_the_way", "join_pages", "read_page", "read_text", "wall_of"]
