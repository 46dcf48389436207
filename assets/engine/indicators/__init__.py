"""Indicators: counts and rates by period, their balance, and the log of what changed.

Belongs here: the SQL of every figure, and the code that runs it. What a measure means does not
belong here (`schemas.tables`), nor writing files for readers (`assets.engine.publish`).
"""
