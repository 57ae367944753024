"""Every fault of the suite by the name that `--fault` takes; those that start the server anew come last."""

from typing import Final

from chaos import camera_faults, client_faults, fuzz, network_faults, process_faults
from chaos.stage import Fault

FAULTS: Final[dict[str, Fault]] = {
    **network_faults.FAULTS,
    **client_faults.FAULTS,
    **camera_faults.FAULTS,
    **fuzz.FAULTS,
    **process_faults.FAULTS,
}
