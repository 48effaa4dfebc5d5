"""What the pages of one site have in common: learned, stored, applied.

`learn(pages)` makes a `Profile`; `read_page(…, profile=…)` reads with it, its `disagreement` says that a page is laid out
in another way. Pure; knows the types of `crawler.page` and nothing of the crawl.
"""

from crawler.profile.apply import RULE
from crawler.profile.learn import LEAST, learn
from crawler.profile.lessons import Lessons
from crawler.profile.model import Profile, ProfileError, from_dict, to_toml, with_given
from crawler.profile.places import Layout
from crawler.profile.repeats import Repeat

__all__ = [
    "LEAST",
    "RULE",
    "Layout",
    "Lessons",
    "Profile",
    "ProfileError",
    "Repeat",
    "from_dict",
    "learn",
    "to_toml",
    "with_given",
]
