"""The networks, in torch; needed for training and export, never for serving."""
