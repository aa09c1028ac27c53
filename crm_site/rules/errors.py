"""What is wrong with a rule, and where in its tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The way from the root of a tree to a node, as positions among the children.
NodePath = tuple[int, ...]


@dataclass(frozen=True)
class NodeError:
    """One remark about one node, in the active language; `missing` means that nothing was filled in yet."""

    path: NodePath
    message: str
    missing: bool = False


class RuleError(ValueError):
    """A text or tree is no valid rule; `errors` says why, node by node."""

    def __init__(self, errors: Sequence[NodeError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))

    def at(self, path: NodePath) -> list[str]:
        """Return the messages about one node."""
        return [error.message for error in self.errors if error.path == path]

    @property
    def only_missing(self) -> bool:
        """Tell whether the rule is merely unfinished."""
        return all(error.missing for error in self.errors)


class UnknownSubjectError(LookupError):
    """No app has declared a subject of that code."""
