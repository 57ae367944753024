"""Where frames come from: each module is one kind of source."""
