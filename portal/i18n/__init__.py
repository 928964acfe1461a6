"""Languages: the table, the catalogs, the words of a page, dates. Only this package speaks to Flask-Babel."""
