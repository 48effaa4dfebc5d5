"""Everything that servers do to a crawler: one table of faults, each a route of a server on loopback, each run as a test."""
