"""Everything is in pyproject.toml; scrapyd-deploy builds its egg with this file."""

from setuptools import setup

setup()
