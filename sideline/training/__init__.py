"""Data sets from the simulator, losses and training loops; needs the extra ``train``."""
