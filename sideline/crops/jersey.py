"""The 133 numbers that an encoder says about a jersey number, by name: the one place that knows their order.

Knows nothing about how they are computed or how a track's votes are added up.
"""

from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

import numpy as np

from sideline.arrays import Float32s, Floats, Int64s
from sideline.tensors import NO_NUMBER, NUMBERS

JERSEY_DIMS: Final = 133
NOTHING, ONE_DIGIT, TWO_DIGITS = 0, 1, 2
"""Indices of `legibility`: no number can be read (or there is none), one digit, two digits."""
_LEGIBILITY: Final = slice(0, 3)
_SINGLE_DIGIT: Final = slice(3, 13)
_TENS_DIGIT: Final = slice(13, 23)
_ONES_DIGIT: Final = slice(23, 33)
_WHOLE_NUMBER: Final = slice(33, 133)


class Sliceable(Protocol):
    """An array of NumPy or of torch."""

    @property
    def shape(self) -> Any:
        """Length of every axis."""

    def __getitem__(self, key: Any, /) -> Any:
        """A part of it."""


ArrayT = TypeVar("ArrayT", bound=Sliceable)


@dataclass(frozen=True, slots=True, eq=False)
class JerseyParts(Generic[ArrayT]):
    """Logits about a jersey number; views of one array, the same leading axes.

    Attributes:
        legibility: [..., 3] nothing legible, one digit, two digits.
        single_digit: [..., 10] the digit of a number of one digit.
        tens_digit, ones_digit: [..., 10] the digits of a number of two; "00" and "07" count as two.
        whole_number: [..., 100] the number, whether of one digit or two.
    """

    legibility: ArrayT
    single_digit: ArrayT
    tens_digit: ArrayT
    ones_digit: ArrayT
    whole_number: ArrayT


@dataclass(frozen=True, slots=True, eq=False)
class JerseyLabels:
    """What each part should say about N jerseys; NO_NUMBER where a part has nothing to say.

    Attributes:
        legibility: [N] NOTHING, ONE_DIGIT or TWO_DIGITS.
        single_digit, tens_digit, ones_digit: [N] 0–9 or NO_NUMBER.
        whole_number: [N] 0–99 or NO_NUMBER.
    """

    legibility: Int64s
    single_digit: Int64s
    tens_digit: Int64s
    ones_digit: Int64s
    whole_number: Int64s


def split_jersey(jersey: ArrayT) -> JerseyParts[ArrayT]:
    """Name the parts of `jersey` [..., 133]; the parts are views.

    Raises:
        ValueError: the last axis is not 133 long.
    """
    if tuple(jersey.shape[-1:]) != (JERSEY_DIMS,):
        raise ValueError(f"jersey must be [..., {JERSEY_DIMS}], not {list(jersey.shape)}")
    parts = (_LEGIBILITY, _SINGLE_DIGIT, _TENS_DIGIT, _ONES_DIGIT, _WHOLE_NUMBER)
    return JerseyParts(*(jersey[..., part] for part in parts))


def label_jerseys(numbers: Int64s, digits: Int64s) -> JerseyLabels:
    """What the parts should say.

    Args:
        numbers: [N] 0–99; NO_NUMBER where nothing is legible.
        digits: [N] how many digits the jersey shows, 1 or 2; of no account where nothing is legible.
    """
    legible = numbers != NO_NUMBER
    single, double = legible & (digits == 1), legible & (digits == 2)
    return JerseyLabels(
        legibility=np.where(double, TWO_DIGITS, np.where(single, ONE_DIGIT, NOTHING)).astype(np.int64),
        single_digit=np.where(single, numbers, NO_NUMBER),
        tens_digit=np.where(double, numbers // 10, NO_NUMBER),
        ones_digit=np.where(double, numbers % 10, NO_NUMBER),
        whole_number=np.where(legible, numbers, NO_NUMBER),
    )


def number_log_probabilities(jersey: Floats) -> Float32s:
    """Log-probabilities of 0–99 and, last, of nothing legible, from one look at a jersey.

    Digits and whole numbers are two opinions of equal weight about a number that is legible: the mean of their
    probabilities. A leading zero counts for the number without it, since "0" and "00" are one number here.

    Args:
        jersey: [..., 133] logits.

    Returns:
        [..., 101]; every row's exponentials sum to 1.
    """
    parts = split_jersey(jersey)
    legibility = _log_softmax(parts.legibility)
    tens, ones = _log_softmax(parts.tens_digit), _log_softmax(parts.ones_digit)
    pairs = (tens[..., :, None] + ones[..., None, :]).reshape(*tens.shape[:-1], NUMBERS)
    by_digits = pairs + legibility[..., TWO_DIGITS, None]
    single = _log_softmax(parts.single_digit) + legibility[..., ONE_DIGIT, None]
    by_digits[..., :10] = np.logaddexp(by_digits[..., :10], single)
    any_digits = np.logaddexp(legibility[..., ONE_DIGIT], legibility[..., TWO_DIGITS])
    by_whole = _log_softmax(parts.whole_number) + any_digits[..., None]
    mixed = np.logaddexp(by_digits, by_whole) - np.log(2.0)
    rows = np.concatenate([mixed, legibility[..., NOTHING, None]], axis=-1)
    return np.asarray(rows, np.float32)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float64)
