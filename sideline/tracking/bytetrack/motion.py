"""The Kalman filter of DeepSORT and ByteTrack for one box, without matrices and without loss.

Its 8 × 8 matrices couple each of the four numbers of a box (centre x, centre y, width / height, height) only with that
number's own velocity, so it is four filters of two dimensions. Those of centre and height start with one variance and
get the same noises, in shares of the height; so one 2 × 2 covariance serves all three. The aspect has its own, with
absolute noises. Tests hold this against the matrix form.
"""

from typing import Final

from sideline.tracking.bytetrack.boxes import Box

_POSITION: Final = 1 / 20
_VELOCITY: Final = 1 / 160
"""Standard deviations of the noises of centre and height, as shares of the height."""
_ASPECT_VARIANCE: Final = 1e-2**2
_ASPECT_SPREAD: Final = 1e-5**2
_ASPECT_OBSERVATION: Final = 1e-1**2


class BoxFilter:
    """One box's filter.

    Attributes:
        x, y, aspect, height: The state, px but for the aspect.
        x_speed, y_speed, aspect_speed, height_speed: Their change a frame.
        variance, covariance, spread: Of centre and height: of the value, of value and speed, of the speed.
        aspect_variance, aspect_covariance, aspect_spread: Of the aspect.
    """

    __slots__ = (
        "aspect",
        "aspect_covariance",
        "aspect_speed",
        "aspect_spread",
        "aspect_variance",
        "covariance",
        "height",
        "height_speed",
        "spread",
        "variance",
        "x",
        "x_speed",
        "y",
        "y_speed",
    )

    def __init__(self, box: Box) -> None:
        self.x, self.y, self.aspect, self.height = _state_of(box)
        self.x_speed = self.y_speed = self.aspect_speed = self.height_speed = 0.0
        self.variance = (2 * _POSITION * self.height) ** 2
        self.spread = (10 * _VELOCITY * self.height) ** 2
        self.aspect_variance, self.aspect_spread = _ASPECT_VARIANCE, _ASPECT_SPREAD
        self.covariance = self.aspect_covariance = 0.0

    @property
    def box(self) -> Box:
        """x0 y0 x1 y1 px."""
        half_height = self.height / 2
        half_width = half_height * self.aspect
        x, y = self.x, self.y
        return (x - half_width, y - half_height, x + half_width, y + half_height)

    def predict(self) -> None:
        """Move on by one frame."""
        height, spread, covariance = self.height, self.spread, self.covariance
        self.variance += covariance + covariance + spread + (_POSITION * height) ** 2
        self.covariance = covariance + spread
        self.spread = spread + (_VELOCITY * height) ** 2
        spread, covariance = self.aspect_spread, self.aspect_covariance
        self.aspect_variance += covariance + covariance + spread + _ASPECT_VARIANCE
        self.aspect_covariance = covariance + spread
        self.aspect_spread = spread + _ASPECT_SPREAD
        self.x += self.x_speed
        self.y += self.y_speed
        self.aspect += self.aspect_speed
        self.height = height + self.height_speed

    def correct(self, box: Box) -> None:
        """Take an observed box of positive height."""
        x, y, aspect, height = _state_of(box)
        variance, covariance = self.variance, self.covariance
        total = variance + (_POSITION * self.height) ** 2
        gain, speed_gain = variance / total, covariance / total
        self.variance = variance - gain * variance
        self.covariance = covariance - gain * covariance
        self.spread -= speed_gain * covariance
        x, y, height = x - self.x, y - self.y, height - self.height
        self.x += gain * x
        self.y += gain * y
        self.height += gain * height
        self.x_speed += speed_gain * x
        self.y_speed += speed_gain * y
        self.height_speed += speed_gain * height
        self._correct_aspect(aspect - self.aspect)

    def _correct_aspect(self, surprise: float) -> None:
        variance, covariance = self.aspect_variance, self.aspect_covariance
        total = variance + _ASPECT_OBSERVATION
        gain, speed_gain = variance / total, covariance / total
        self.aspect_variance = variance - gain * variance
        self.aspect_covariance = covariance - gain * covariance
        self.aspect_spread -= speed_gain * covariance
        self.aspect += gain * surprise
        self.aspect_speed += speed_gain * surprise


def _state_of(box: Box) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    return x0 + width / 2, y0 + height / 2, width / height, height
