"""From detections to micro-tracks: per-frame association of one arena. Imports neither Triton, gRPC nor torch."""
