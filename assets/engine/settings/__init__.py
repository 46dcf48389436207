"""Settings: one loader for sources, counting rules and operations.

Belongs here: finding a settings file and fitting it to its model. The models do not belong here
(`schemas.settings`), nor trying a new source on a sample (`assets.engine.source_check`).
"""
