"""One thread: the networks here are small, and the other cores may be at work."""

import torch

torch.set_num_threads(1)
