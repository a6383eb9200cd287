"""Everything before -> ranked candidates with rank intervals and reasons."""
