"""Tests of Motcua, run by `make test`."""
