"""The register: resident records, their codes, the ledger.

It knows the law and SQLAlchemy, nothing of the web or of words for people.
"""
