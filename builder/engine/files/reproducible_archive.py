"""Write ``.keras`` archives reproducibly, without time or process: equal models, equal bytes.

Keras writes the time twice and numbers shared objects by their address in memory. Neither is read
when the model is loaded; without them two runs of one model can share one file.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONFIG, METADATA = "config.json", "metadata.json"

SAVED = re.compile(rb'"date_saved": "[^"]*"')
NEVER = b'"date_saved": "1980-01-01@00:00:00"'
"""The first day a zip file knows."""

SHARED = re.compile(rb'(?<="shared_object_id": )\d+')
"""Inside a text the quotes would be escaped."""


def copy(source: Path, target: Path, beside: Mapping[str, Any] | None = None) -> None:
    """Writes the model file ``source`` anew as ``target``, without time and addresses.

    Args:
        beside: what its metadata shall hold besides Keras's own.

    Raises:
        OSError: the disk is full.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            bare = zipfile.ZipInfo(info.filename)
            if info.filename in (CONFIG, METADATA):
                text = _bare(old.read(info))
                if beside and info.filename == METADATA:
                    text = json.dumps(json.loads(text) | dict(beside)).encode()
                new.writestr(bare, text)
                continue
            bare.file_size = info.file_size  # beyond 2 GB the format is another one
            with old.open(info) as member, new.open(bare, "w") as place:
                shutil.copyfileobj(member, place, 2**20)


def _bare(text: bytes) -> bytes:
    numbers: dict[bytes, int] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return str(numbers.setdefault(match[0], len(numbers) + 1)).encode()

    return SHARED.sub(number, SAVED.sub(NEVER, text))
