from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

class CalibrationDataReader:
    def get_next(self) -> Mapping[str, NDArray[Any]] | None: ...

class QuantFormat:
    QDQ: QuantFormat

class QuantType:
    QInt8: QuantType
    QUInt8: QuantType

def quantize_static(
    model_input: str | Path,
    model_output: str | Path,
    calibration_data_reader: CalibrationDataReader,
    quant_format: QuantFormat = ...,
    op_types_to_quantize: Sequence[str] | None = ...,
    per_channel: bool = ...,
    *,
    activation_type: QuantType = ...,
    weight_type: QuantType = ...,
    nodes_to_quantize: Sequence[str] | None = ...,
) -> None: ...
