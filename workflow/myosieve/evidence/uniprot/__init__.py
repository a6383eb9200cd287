"""UniProt as a source of evidence: downloaded tables, a client of its REST service, and a cache shared by jobs."""
