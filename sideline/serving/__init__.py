"""A local Triton under Sideline's control, and what its Python steps share.

`local_server` starts, watches and stops it; `preflight` says beforehand why it could not work; `canary` proves that the
whole ensemble answers. `triton_step` and `sequence_states` run inside the steps. Knows no networks and no geometry.
"""
