"""Layer raw: delivered bytes, unchanged."""
