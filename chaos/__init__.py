"""Faults injected into a real service while four arenas stream, and what their clients wrote held against invariants.

`make chaos` runs all of it; `python -m chaos --help` one fault. `service` is the server, `arena` one client process,
`fleet` four of them, `faults` what goes wrong, `invariants` what must hold all the same, `experiment` one fault from
beginning to end. Uses the product as its users do: `sideline serve` and the client library.
"""
