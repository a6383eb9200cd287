"""Ranked candidates + receptors + where these are expressed -> which organs the muscle may speak to, and how."""
