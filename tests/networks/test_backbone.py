"""The pyramid's strides and what the first convolution sees."""

import torch

from sideline.networks.backbone import CHANNELS, STRIDES, Backbone


def test_the_maps_have_the_promised_strides_and_channels() -> None:
    with torch.no_grad():
        maps = Backbone().eval()(torch.zeros(2, 64, 160, 3, dtype=torch.uint8))
    assert [tuple(m.shape) for m in maps] == [
        (2, channels, 64 // stride, 160 // stride) for channels, stride in zip(CHANNELS, STRIDES, strict=True)
    ]


def test_black_is_minus_two_and_white_two_and_colours_come_first() -> None:
    backbone = Backbone().eval()
    seen = []
    backbone.stem.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    image = torch.zeros(1, 32, 64, 3, dtype=torch.uint8)
    image[0, 5, 7] = torch.tensor([255, 0, 255])
    with torch.no_grad():
        backbone(image)
    assert seen[0].shape == (1, 3, 32, 64)
    torch.testing.assert_close(seen[0][0, :, 5, 7], torch.tensor([2.0, -2.0, 2.0]))
    torch.testing.assert_close(seen[0][0, :, 7, 5], torch.tensor([-2.0, -2.0, -2.0]))
