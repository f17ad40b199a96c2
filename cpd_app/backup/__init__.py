"""Backups: a whole copy of database, files and journal heads, taken while the service runs.

A backup is a folder that is complete when it has its name, and says in its manifest what is in it.
Keys are not in it: CPD_SECRET_KEY opens sealed secrets, CPD_SEAL_KEY makes the journal's chain, and
whoever finds a backup must not have them too.
"""
