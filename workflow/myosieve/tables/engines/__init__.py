"""The search engines, one module each, or a few where their tables differ: header and cells of a table -> QuantTable."""
