"""`portal doctor`: what is wrong, and what to do about it, in words for three in the morning."""
