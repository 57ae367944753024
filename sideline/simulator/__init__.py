"""A simulated match: people, their motion, and the two cameras that see them."""
