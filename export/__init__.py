"""From a trained network to an ONNX engine, and the proof that both say the same."""
