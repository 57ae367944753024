"""The steps that touch pixels (decode, stitch, cut), on the CPU or on a GPU.

`cpu` is OpenCV and libjpeg-turbo, `device` the same sums written for any array library that is spelt like NumPy, with
CuPy and nvImageCodec on a GPU. Where a person stands and what a frame is worth is decided elsewhere.
"""
