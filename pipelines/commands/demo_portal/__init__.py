"""Demo portal: the sample as a portal on this machine, with faults that can be switched on.

Belongs here: what `make portal` serves, as records, paging and faults on the wire; tests ask it,
too. Asking a portal does not belong here (`assets.engine.portal`).
"""
