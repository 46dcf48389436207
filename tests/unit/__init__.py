"""One stage at a time: readers, rules, loading, settings, publishing."""
