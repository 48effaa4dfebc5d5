"""What stands between the crawl and other people's servers: one small file a duty, each over one pure module."""
