"""contact_sheet.png: twelve moments of a run on one page, without knowing beforehand how long the run is."""

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from client.sinks.whole_file import written_whole
from sideline.arrays import Image

_COLUMNS: Final = 3
_MOMENTS: Final = 12
_CELL_WIDTH_PX: Final = 640
_GAP_PX: Final = 6


class ContactSheet:
    """Keeps pictures at even distances: when too many are kept, every other one goes and the distance doubles.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[Image] = []
        self._seen = 0
        self._stride = 1

    def add(self, picture: Image) -> None:
        """Take one picture [H, W, 3] RGB of the run; all are of one size."""
        if self._seen % self._stride == 0:
            self._kept.append(_shrink(picture))
            if len(self._kept) > 2 * _MOMENTS:
                self._kept = self._kept[::2]
                self._stride *= 2
        self._seen += 1

    def write(self) -> None:
        """Write the sheet; nothing when no picture came.

        Raises:
            SinkError: the file cannot be written.
        """
        if not self._kept:
            return
        places = np.linspace(0, len(self._kept) - 1, min(_MOMENTS, len(self._kept))).round().astype(int)
        sheet = _arrange([self._kept[place] for place in places])
        encoded = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))[1]
        with written_whole(self._path) as partial:
            partial.write_bytes(encoded.tobytes())


def _shrink(picture: Image) -> Image:
    height = round(picture.shape[0] * _CELL_WIDTH_PX / picture.shape[1])
    return np.asarray(cv2.resize(picture, (_CELL_WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.uint8)


def _arrange(cells: list[Image]) -> Image:
    """A grid read row by row, with a white gap between the cells."""
    height, width = cells[0].shape[0] + _GAP_PX, _CELL_WIDTH_PX + _GAP_PX
    rows = -(-len(cells) // _COLUMNS)
    sheet: NDArray[Any] = np.full((rows * height + _GAP_PX, _COLUMNS * width + _GAP_PX, 3), 255, np.uint8)
    for place, cell in enumerate(cells):
        row, column = place // _COLUMNS * height + _GAP_PX, place % _COLUMNS * width + _GAP_PX
        sheet[row : row + cell.shape[0], column : column + _CELL_WIDTH_PX] = cell
    return sheet
