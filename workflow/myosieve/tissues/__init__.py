"""Tissue atlases of the user -> one table: which organ makes how much of a protein, and how much of it is in plasma."""
