"""Several studies' contrasts -> one meta table."""
