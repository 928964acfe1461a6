"""A sign-in provider for the demonstration and the tests: Authlib's server, invented people, no passwords.

What it has given out is kept in the memory of one process: with several processes, or after a restart, people sign in again.
"""
