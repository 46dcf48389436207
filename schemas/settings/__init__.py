"""Settings: the models that the settings files of an installation must fit.

Belongs here: sources, portal APIs, counting rules, operations, usual headers. Finding and reading
the files does not belong here (`assets.engine.settings`).
"""
