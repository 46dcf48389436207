"""Layer quarantine: what was rejected, and what no period counts."""
