"""Who may talk to a server, and how the two ends know each other: certificates and tokens, as files say.

`settings` reads the files; `channel` opens gRPC connections by them. Knows no frames and starts no server.
"""
