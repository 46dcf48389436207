"""Pages: the pages of `docs/` that are laid out from `schemas`.

Belongs here: the data dictionary and the columns of exports, as text. What a column means does not
belong here (`schemas`), nor answers about the sample (`tests.docs`).
"""
