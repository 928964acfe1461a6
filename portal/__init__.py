"""The web: faces, words and sign-in. It decides nothing that the law decides."""
