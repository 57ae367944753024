"""What is installed is what is pinned, under licences that this project may stand on; checked without a network."""

import importlib.metadata
import re
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement

from sideline.serving.installation import PROJECT_ROOT

BESIDE_THE_PINS = {"sn-trackeval", "setuptools"}
"""Installed by the Makefile, with its version; comes with the environment."""
LICENCES_READ = {"promql-parser": "MIT"}
"""Packages whose metadata says nothing; their licence files were read."""
TENSORRT_RTX = {"tensorrt-rtx", "tensorrt-rtx-cu13", "tensorrt-rtx-cu13-bindings", "tensorrt-rtx-cu13-libs"}
"""Under NVIDIA's own licence, which allows the use; only the tests need it, and nothing that is given on holds it."""
COPYLEFT = re.compile(
    r"\b(AGPL|GPL|SSPL|CC-BY-NC|Affero|GNU General Public|Non-?Commercial|Proprietary)", re.IGNORECASE
)


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def packages() -> dict[str, Distribution]:
    """What this project asks for, with every extra, and what that asks for, as far as it is installed here."""
    found: dict[str, Distribution] = {}
    waiting = [("sideline", frozenset(["audit", "client", "dev", "serve", "train"]))]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, found[name].requires or []):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                wanted = (normalise(requirement.name), frozenset(requirement.extras))
                waiting += [wanted] if wanted not in seen else []
                seen.add(wanted)
    del found["sideline"]
    return found


def licence_of(package: Distribution) -> str:
    """What its metadata says: the expression, the classifiers, or the first line of the text."""
    metadata = package.metadata
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    text = (metadata.get("License") or "").strip().partition("\n")[0]
    return "; ".join(filter(None, [metadata.get("License-Expression"), *classifiers, text]))


def pins() -> dict[str, str]:
    lines = (PROJECT_ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.partition("==") for line in lines if line and not line.startswith("#")]
    assert all(separator for _, separator, _ in pairs)
    return {normalise(name): version for name, _, version in pairs}


def test_every_installed_package_has_its_pinned_version() -> None:
    pinned = pins()
    assert len(packages()) > 60
    wrong = {
        name: (package.version, pinned.get(name))
        for name, package in packages().items()
        if name not in BESIDE_THE_PINS and package.version.partition("+")[0] != pinned.get(name)
    }
    assert wrong == {}


def test_every_installed_package_has_a_licence_and_none_forbids_commercial_use_or_closed_products() -> None:
    said = {name: licence_of(package) or LICENCES_READ.get(name, "") for name, package in packages().items()}
    assert [name for name, licence in said.items() if not licence] == []
    refused = {name: licence for name, licence in said.items() if COPYLEFT.search(licence)}
    assert set(refused) - TENSORRT_RTX == set()


def test_a_licence_that_forbids_it_would_be_noticed() -> None:
    assert COPYLEFT.search("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")
    assert COPYLEFT.search("AGPL-3.0-or-later")
    assert COPYLEFT.search("CC-BY-NC-SA-4.0")
    assert not COPYLEFT.search("LGPL-2.1")


def test_no_secret_is_committed() -> None:
    private = re.compile(r"BEGIN (RSA |EC |ENCRYPTED )?PRIVATE KEY")
    suspects = [
        path
        for folder in ("sideline", "client", "tests", "docs", "monitoring", "ensemble_configs")
        for path in Path(PROJECT_ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in {".pem", ".key", ".token", ".py", ".toml", ".md", ".json", ".yaml"}
    ]
    found = [path for path in suspects if path.suffix in {".pem", ".key", ".token"}]
    found += [path for path in suspects if path.name != Path(__file__).name and private.search(path.read_text())]
    assert found == []
