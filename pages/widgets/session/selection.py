"""The selection in the model: which block is open, which of its nodes are selected."""

from __future__ import annotations

from dataclasses import dataclass, field

from builder import edit
from builder.errors import SpecError
from builder.spec import ModelSpec

Path = tuple[str, ...]
"""Names of the layers that are blocks, from the outermost in; ``()`` is the model itself."""


@dataclass
class Selection:
    """The selection of one tab, the same for the stack, the canvas, the inspector and the code.

    Args:
        path: the block that is open.
        chosen: the selected nodes of that block, the one in the inspector last; some may be gone.
        inspected: by block the node in the inspector, which stays there when nothing is selected.
    """

    path: Path = ()
    chosen: tuple[str, ...] = ()
    inspected: dict[Path, str] = field(default_factory=dict)

    def select(self, *names: str, path: Path | None = None) -> None:
        """Select exactly these nodes of the open block, or of the one at ``path``."""
        path = self.path if path is None else path
        if path == self.path:
            self.chosen = names
        if names:
            self.inspected[path] = names[-1]

    def node(self, block: ModelSpec, path: Path | None = None) -> str | None:
        """The node in the inspector; always one of ``block``, None when it has none."""
        names = [n.name for n in block.nodes]
        wanted = self.inspected.get(self.path if path is None else path)
        return wanted if wanted in names else (names[-1] if names else None)

    def refresh(self, block: ModelSpec) -> list[str]:
        """The selected nodes of ``block``; if the inspected one is gone, another."""
        names = {n.name for n in block.nodes}
        here, before = self.node(block), self.inspected.get(self.path)
        kept = [n for n in self.chosen if n in names]
        if here != (kept[-1] if kept else before):
            kept = [here] if here else []
        self.chosen = tuple(kept)
        if here:
            self.inspected[self.path] = here
        return kept

    def go_to(self, path: Path) -> None:
        """Open the block at ``path``, with what was inspected there before."""
        self.path = path
        before = self.inspected.get(path)
        self.chosen = (before,) if before else ()

    def leave_missing_blocks(self, model: ModelSpec) -> None:
        """Close the open blocks that are no longer in ``model``."""
        path = self.path
        while path and not _is_block(model, path):
            path = path[:-1]
        if path != self.path:
            self.go_to(path)


def _is_block(model: ModelSpec, path: Path) -> bool:
    try:
        edit.nested_model(model, path)
    except SpecError:
        return False
    return True
