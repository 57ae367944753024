"""Who on the roster is who, told after the match from everything the tracker knows. Knows no file and no server."""
