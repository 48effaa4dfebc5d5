"""What the workers of a fleet share in Redis: the pages to be fetched next, and the turns at each host."""
