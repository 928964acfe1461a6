"""Races, kills and leaks: each fault test drives our code, and builds of it with a fault planted, which it must find."""
