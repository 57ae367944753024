"""The model collection: which engines belong together, where each came from, what follows when one changes.

`schema` is the file models.yaml, `graph` what depends on what, `check` what must not be served.
Knows neither torch nor Triton.
"""
