"""Rows: what a delivered row may hold: the columns of each kind of export, the rules, the checks.

Belongs here: kinds of export, rules with their sentences, pandera schemas of rows and reference
files. Reading and typing do not belong here (`assets.engine.extract`).
"""
