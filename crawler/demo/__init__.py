"""The bundled document library: a handful of small sites as they are found in the wild, served on loopback.

Texts, markup and figures are made up for it; every name and number in them is invented.
"""

from crawler.demo.library import DEAD, hosts, library, starts, truth
from crawler.demo.response import Response
from crawler.demo.serve import DemoServer, Server

__all__ = ["DEAD", "DemoServer", "Response", "Server", "hosts", "library", "starts", "truth"]
