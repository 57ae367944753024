"""How good tracks are: results held against the truth, in metres."""
