"""What a failed step says: our own sentence, and of any other error its kind only.

The text of any other error may hold anything, a person's name or a row, so it stays in the log of
the run.
"""

from collections.abc import Iterator

from dagster_shared.error import SerializableErrorInfo

from assets.engine.common.errors import MotcuaError


def sentence_of(error: SerializableErrorInfo | None) -> str | None:
    """Return the sentence of an error of ours, which others may wrap; None if there is none."""
    for cause in _causes(error):
        if cause.cls_name in _ours():
            # Dagster puts the name of the class before the sentence.
            return cause.message.partition(": ")[2].strip()
    return None


def kind_of(error: SerializableErrorInfo | None) -> str | None:
    """Return of what kind the first cause of an error is."""
    kinds = [cause.cls_name for cause in _causes(error)]
    return f"{kinds[-1]}. The log of the run says more." if kinds else None


def is_interruption(error: SerializableErrorInfo | None) -> bool:
    """Return whether an error is that somebody pressed Ctrl-C; DuckDB has its own for it."""
    interruptions = {"DagsterExecutionInterruptedError", "KeyboardInterrupt", "InterruptException"}
    return any(
        cause.cls_name in interruptions or "Query interrupted" in cause.message
        for cause in _causes(error)
    )


def _causes(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause


def _ours() -> set[str]:
    found = [MotcuaError]
    for kind in found:
        found += kind.__subclasses__()
    return {kind.__name__ for kind in found}
