"""Page -> Cleaned: what is the document and what is the page around it. Rules about phrases are in data/boilerplate.toml."""

from crawler.clean.core import clean
from crawler.clean.result import Cleaned, Dropped, Part
from crawler.clean.rules import RuleError

__all__ = ["Cleaned", "Dropped", "Part", "RuleError", "clean"]
