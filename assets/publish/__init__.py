"""Layer publish: the files that readers open."""
