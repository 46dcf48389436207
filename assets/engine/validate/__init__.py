"""Validate: which typed rows are accepted, and which rules the rejected ones break."""
