"""A small collection made by hand: a → b → d, a → c → d, and e imitates a; hashes are a digit and an f repeated."""

from datetime import date

from sideline.collection.schema import Collection, ModelRecord, Upstream


def digest(digit: str) -> str:
    return f"{digit}f" * 32


def record(
    digit: str, trained_with: dict[str, str] | None = None, imitates: dict[str, str] | None = None
) -> ModelRecord:
    """An engine whose hash is made of `digit`, trained with engines of such hashes."""
    return ModelRecord(
        version=1,
        sha256=digest(digit),
        commit="0123abc",
        made_on=date(2026, 11, 21),
        data=(),
        trained_with={name: Upstream(sha256=digest(d), via=f"{name}_data") for name, d in (trained_with or {}).items()},
        imitates=imitates or {},
    )


def five_engines() -> Collection:
    return Collection(
        models={
            "a": record("1"),
            "b": record("2", {"a": "1"}),
            "c": record("3", {"a": "1"}),
            "d": record("4", {"b": "2", "c": "3"}),
            "e": record("5", imitates={"a": "drawings"}),
        }
    )


def with_record(collection: Collection, name: str, entry: ModelRecord) -> Collection:
    return collection.model_copy(update={"models": collection.models | {name: entry}})
