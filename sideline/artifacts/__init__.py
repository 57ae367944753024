"""What is computed once from a video and kept: detections with crop features, and tracks, each under what made it."""
