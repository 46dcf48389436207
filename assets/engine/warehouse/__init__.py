"""Warehouse: the one DuckDB file, how it is opened, and how its tables come to be.

Belongs here: connections, transactions, macros, migrations, whether its rows fit the installation.
What is loaded, counted or published does not belong here.
"""
