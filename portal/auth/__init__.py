"""Sign-in: OpenID Connect, the link between a sign-in and a record, and the guards of every view."""
