"""What is served, as data: the models, the ensembles made of them, the profiles they are deployed by.

`models.toml` says what each step and engine takes and gives, `path_*.toml` how an ensemble wires them,
`cpu.toml`, `gpu.toml` and `tensorrt.toml` where they run. `schema` checks them, `render` turns them into Triton's
own ModelConfig. Shapes and types come from `sideline.tensors`; nothing here knows what a step computes.
"""
