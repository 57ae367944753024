"""What a user may set of ByteTrack, read from YAML; the names are those of the published code."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sideline.errors import ConfigError

_Share = Annotated[float, Field(ge=0, le=1)]


class ByteTrackSettings(BaseModel):
    """Parameters of ByteTrack (Zhang et al., ECCV 2022).

    Attributes:
        track_buffer: Frames at 30 fps for which a lost track is remembered.
        track_thresh: Detections that score more are associated first; a new track needs 0.1 more than this.
        match_thresh: Largest cost 1 - IoU · score of the first association.
        frame_rate: Frames per second; scales track_buffer.
        mot20: Associate by IoU alone, without the score, as the authors do in the crowds of MOT20.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    track_buffer: Annotated[int, Field(ge=0, le=100_000)] = 30
    track_thresh: _Share = 0.5
    match_thresh: _Share = 0.8
    frame_rate: Annotated[float, Field(gt=0, le=1000)] = 30
    mot20: bool = False

    @property
    def longest_lost_frames(self) -> int:
        """Frames after its last detection until a lost track is forgotten."""
        return int(self.frame_rate / 30.0 * self.track_buffer)


def read_settings(path: Path) -> ByteTrackSettings:
    """Read a YAML file of `ByteTrackSettings`; a key that is left out keeps its default.

    Raises:
        ConfigError: The file is missing, is no YAML mapping, or has an unknown or unusable key.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ByteTrackSettings.model_validate({} if content is None else content)
    except OSError as exc:
        raise ConfigError(
            f"{path} cannot be read ({exc.strerror}); give the YAML file of ByteTrack's settings"
        ) from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} is not valid YAML: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole file"
        known = ", ".join(ByteTrackSettings.model_fields)
        raise ConfigError(f"{path}: `{key}`: {first['msg']}; there are {known}") from exc
