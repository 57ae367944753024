"""Every error that Sideline raises on purpose; each message says what to do next.

SidelineError
├── RigError           a rig file or a calibration that cannot be used
├── ImageError         a frame's image that cannot be used (carries a FrameStatus)
├── MatchSheetError    a match sheet (kits, roster) that cannot be used
├── ConfigError        an ensemble, profile or command option that does not fit
├── CollectionError    engines that do not belong together, or whose provenance is not known
├── SourceError        a video, RTSP stream or match folder that cannot be read
├── SinkError          results that cannot be written
├── ServerError        tritonserver did not start, is not ready, or died
├── StreamError        a stream of frames that the server refused or broke off
│   ├── StreamLostError    the same, where a new session may well go on
│   └── AdmissionError     a stream that the server has no place for
├── StoreError         a match store that cannot be read or written, a match that is not in it
├── ArtifactError      a precomputed artifact that cannot be read, written or made
├── CascadeError       a cascade of trainings that cannot be planned, or a task of one that failed
├── IdentityError      tracklets that cannot be told apart, or a solver without an answer
├── EngineError        an engine file that is damaged, stale, of another model, or cannot be built
├── EvaluationError    results and truth that cannot be compared
├── BenchmarkError     a benchmark whose settings or results cannot be used
├── SimulationError    an unknown venue, an impossible match
└── TrainingError      a data set, checkpoint or network that does not fit
"""


class SidelineError(Exception):
    """Base of all errors that a user can act upon."""


class RigError(SidelineError):
    """A rig file or a calibration is missing a value or holds an unusable one."""


class ImageError(SidelineError):
    """An image of a frame cannot be used."""


class MatchSheetError(SidelineError):
    """A match sheet lacks a kit, or holds a colour, number or text that cannot be used."""


class ConfigError(SidelineError):
    """A configuration or an option does not fit the rest."""


class CollectionError(SidelineError):
    """Engines do not belong together, or where one comes from is not known."""


class SourceError(SidelineError):
    """A source of frames cannot be opened or read."""


class SinkError(SidelineError):
    """A sink cannot take results."""


class ServerError(SidelineError):
    """The server under Sideline's control did not start, is not ready, or died."""


class StreamError(SidelineError):
    """The server refused a stream or broke it off."""


class StreamLostError(StreamError):
    """A session ended that a new one may take up: the link or the server was gone, silent, full or restarted."""


class AdmissionError(StreamError):
    """The server has no place for a stream."""


class StoreError(SidelineError):
    """A match store cannot be read or written."""


class ArtifactError(SidelineError):
    """An artifact cannot be read, written or computed."""


class CascadeError(SidelineError):
    """A cascade of trainings cannot be planned or run."""


class IdentityError(SidelineError):
    """Tracklets of a match cannot be used to tell who is who."""


class EngineError(SidelineError):
    """An engine's file is damaged, stale or another model's, or cannot be built for a target."""


class EvaluationError(SidelineError):
    """Results and truth cannot be compared."""


class BenchmarkError(SidelineError):
    """A benchmark's settings do not fit, or its results cannot be kept."""


class SimulationError(SidelineError):
    """A match that cannot be simulated was asked for."""


class TrainingError(SidelineError):
    """A data set, a checkpoint or a network does not fit the others."""
