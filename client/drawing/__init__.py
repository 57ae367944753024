"""Pictures of tracked frames: both cameras with foot-points, the floor map with trails. RGB uint8, drawn in place."""
