"""All of the core under any sequence of steps, beside a model of what should have happened."""
