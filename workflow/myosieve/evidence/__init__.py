"""Sequence features and tool files -> one secretion class per protein, with its reasons."""
