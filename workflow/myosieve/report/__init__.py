"""Candidates -> workbook and page."""
