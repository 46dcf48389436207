"""The pages of docs/ are what `make docs` writes, and their SQL runs."""
