"""Bead-array plates -> concentrations, their contrasts, and agreement with the mass spectrometer's result."""
