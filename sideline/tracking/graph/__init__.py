"""From micro-tracks to tracks: tracklets, their features, windows and the graph's solution. Plain NumPy and SciPy."""
