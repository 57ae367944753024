"""From foot-points to crops of people, and what an encoder says about a crop, by name."""
