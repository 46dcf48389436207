"""Extract: the rows of a delivered list as typed columns, each with its row number in the file."""
