"""A volume for what changes in a container whose root does not: the repository that is served, promotions, plans.

At the first start with an image its repository is laid there, in a folder named by its content, so that an older image
finds its own folder again. Knows folders and space; builds and serves nothing.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

from sideline.collection.schema import COLLECTION_FILE
from sideline.errors import ServerError

SPACE_FACTOR: Final = 4
"""Times the repository: it, plans in two precisions, and a promotion on its way in."""
_DIGITS: Final = 12


def prepare_volume(volume: Path, project: Path) -> Path:
    """Lay the image's repository into the volume unless it is there.

    Args:
        volume: A folder that outlives the container.
        project: The image's project: models.yaml and model_repository.

    Returns:
        The repository in the volume, its collection beside it.

    Raises:
        ServerError: The volume cannot be written, or there is no space; what lay there is as before.
    """
    collection = project / COLLECTION_FILE
    release = volume / _name_release(project)
    check_writable(volume)
    if not release.is_dir():
        check_space(volume, SPACE_FACTOR * _size_of(project / "model_repository"))
        _lay(collection, project / "model_repository", release)
    return release / "model_repository"


def _name_release(project: Path) -> str:
    """A name that changes with the collection, the steps and the configurations; engines stand in the collection."""
    repository = project / "model_repository"
    kept = (path for pattern in ("*/config.pbtxt", "*/*/*.py") for path in repository.glob(pattern))
    digest = hashlib.sha256((project / COLLECTION_FILE).read_bytes())
    for path in sorted(kept):
        digest.update(str(path.relative_to(repository)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:_DIGITS]


def check_writable(volume: Path) -> None:
    """Make the folder if need be, and refuse one that cannot be written.

    Raises:
        ServerError: It cannot.
    """
    try:
        volume.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=volume):
            pass
    except OSError as exc:
        raise ServerError(
            f"the volume {volume} cannot be written ({exc.strerror}): mount it read-write and give it to the user that "
            "serves (`chown 10001:10001`)"
        ) from exc


def check_space(volume: Path, needed: int) -> None:
    """Refuse a folder that has not so many bytes free.

    Raises:
        ServerError: It has not.
    """
    free = shutil.disk_usage(volume).free
    if free < needed:
        raise ServerError(
            f"the volume {volume} has {free // 2**20} MiB free, {needed // 2**20} are needed: enlarge it, or delete "
            "folders of images that are no longer used"
        )


def _lay(collection: Path, repository: Path, release: Path) -> None:
    partial = release.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(repository, partial / "model_repository", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(collection, partial / COLLECTION_FILE)
        partial.rename(release)
    except (OSError, shutil.Error) as exc:
        shutil.rmtree(partial, ignore_errors=True)
        raise ServerError(f"{repository} cannot be copied to {release} ({exc}): free some space") from exc


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
