"""Engines as files: what they are known by, whether one is what its name says, and TensorRT where it is installed.

Needs neither torch nor onnx: a server that never exports uses it.
"""
