"""Precursors of a protein to one log2 value per sample: one module per family of methods."""
