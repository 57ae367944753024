"""What a generation is made of: a copy of the repository that nobody changes any more, its plans included.

Knows files, the collection and what makes plans; knows no server.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ensemble_configs.render import DEFAULT_PROFILE
from sideline.collection.admission import admit_collection, collection_beside
from sideline.collection.schema import COLLECTION_FILE
from sideline.errors import ServerError
from sideline.serving.local_server import models_to_serve
from sideline.serving.repository_layout import PLANS_FOLDER, Sources

Override = Callable[[str], None] | None


class Prepare(Protocol):
    """Makes what a repository lacks before it is served: plans."""

    def __call__(self, sources: Sources, *, stopped: threading.Event) -> None:
        """Make it; may take minutes, and raises SidelineError soon after `stopped` is set."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where generations come from.

    Attributes:
        repository: The model repository that promotions change.
        ensemble: What is served of it.
        beside: Models that are served, too.
        collection: Its collection; models.yaml beside it by default.
        override: See :func:`~sideline.collection.admission.admit_collection`.
        profile: In which profile it is served.
        prepare: Given the copy, and the folder beside `repository` for plans, before those are copied.
    """

    repository: Path
    ensemble: str
    beside: tuple[str, ...] = ()
    collection: Path | None = None
    override: Override = None
    profile: str = DEFAULT_PROFILE
    prepare: Prepare | None = None

    def copy_into(self, folder: Path, stopped: threading.Event) -> Path:
        """Copy what is served, its collection beside it, and refuse it if it does not belong together.

        Args:
            folder: Where the copy goes.
            stopped: Set when nobody wants it any more.

        Raises:
            CollectionError: It does not; the copy is what was looked at, so nobody changes it in between.
            ServerError: A model or the space for it is missing.
            SidelineError: What `prepare` raises.
        """
        copy = folder / "model_repository"
        collection = self.collection or collection_beside(self.repository)
        with self._copying_to(folder):
            for model in models_to_serve(self.ensemble, self.beside):
                shutil.copytree(self.repository / model, copy / model)
            if collection.is_file():
                shutil.copy2(collection, folder / COLLECTION_FILE)
        admit_collection(copy, self.ensemble, folder / COLLECTION_FILE, self.override, self.profile)
        plans = self.repository.parent / PLANS_FOLDER
        if self.prepare is not None:
            self.prepare(Sources(copy, plans), stopped=stopped)
        if plans.is_dir():
            with self._copying_to(folder):
                shutil.copytree(plans, folder / PLANS_FOLDER)
        return copy

    @contextmanager
    def _copying_to(self, folder: Path) -> Iterator[None]:
        try:
            yield
        except (OSError, shutil.Error) as exc:
            raise ServerError(
                f"{self.repository} cannot be copied to {folder} ({exc}): free some space, or fetch what is missing"
            ) from exc
