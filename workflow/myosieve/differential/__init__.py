"""Log2 matrix and design -> one row per protein group and contrast."""
