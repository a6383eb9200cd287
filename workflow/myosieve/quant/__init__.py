"""QuantTable -> filtered, normalized log2 matrix."""
