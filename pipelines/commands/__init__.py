"""Commands: what the Makefile calls, and what it prints.

Belongs here: reading arguments, starting jobs, saying in a few lines what came of them. No step of
the pipeline belongs here (`assets`), nor when jobs run (`pipelines`).
"""
