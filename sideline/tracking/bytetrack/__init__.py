"""ByteTrack: boxes with scores, frame by frame, become tracklets. Knows boxes in pixels only: no arena, no network."""
