"""Is it really secreted: leak index, serum carry-over."""
