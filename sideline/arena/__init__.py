"""Where things are: court, cameras, rig, panorama. NumPy and OpenCV only."""
