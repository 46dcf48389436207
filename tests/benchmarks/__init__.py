"""Benchmarks, run by `make bench`: us and bare DuckDB SQL on the same file, in turn."""
