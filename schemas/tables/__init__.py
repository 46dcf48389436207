"""Tables: every table and column of the warehouse and of the published files, and every measure.

Belongs here: names, types, meaning in both languages, the values a column may take; DDL, comments
and Dagster's column schemas are made from them. How a table is filled does not belong here.
"""
