"""Where results go: each module is one kind of sink."""
