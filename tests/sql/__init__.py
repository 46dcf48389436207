"""Figures against an oracle in plain Python, and the laws that any register obeys."""
