"""Mail: "there is news, sign in", in the addressee's language with the Japanese below; never a resident record code."""
