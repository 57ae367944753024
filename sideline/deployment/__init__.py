"""What deploying takes: engines as files and what they are known by, TensorRT where it is installed, the GPUs.

Needs neither torch nor onnx: a server that never exports uses it.
"""
