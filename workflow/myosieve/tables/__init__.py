"""Search-engine output and sample sheet -> QuantTable."""
