"""The demonstration: invented people, their records, and a sign-in provider that lets anybody play them."""
