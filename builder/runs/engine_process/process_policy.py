"""What our own processes are given and allowed: their environment, and their policies by work."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import builder
from builder.datasets import _folders
from builder.datasets._decoded_examples import FOLDER as DECODED
from builder.runs.disk import workspace
from builder.runs.engine_process import confinement
from builder.runs.engine_process.confinement import Policy

PASSED = frozenset(
    (
        *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"),
        *("DYLD_LIBRARY_PATH", "KERAS_HOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "XDG_DATA_HOME"),
    )
)
"""Variables of the server's environment that its processes get, by name …"""

PREFIXES = (
    *("CUDA_", "GLIBC_", "KMP_", "LAYERWISE_", "LC_", "MALLOC_", "MKL_", "NUMEXPR_", "NVIDIA_"),
    *("OMP_", "OPENBLAS_", "PYTHON", "ROCM_", "XLA_"),
    # TensorFlow's; others that begin with TF_ are Terraform's, and may be secret
    *("TF_CPP_", "TF_CUDNN_", "TF_DETERMINISTIC_", "TF_DISABLE_", "TF_ENABLE_", "TF_FORCE_"),
    *("TF_GPU_", "TF_NUM_", "TF_USE_", "TF_XLA_"),
)
"""… and by the beginning of it."""

CERTIFICATES = ("SSL_CERT_DIR", "SSL_CERT_FILE")

NETWORK_PASSED = frozenset(
    (
        *("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
        *("all_proxy", "http_proxy", "https_proxy", "no_proxy", *CERTIFICATES),
    )
)
"""What says how the network is reached; a proxy's address may hold a password."""

PLACES = ("KERAS_HOME", "LAYERWISE_DATA")


def environment(*, network: bool = False, **more: str) -> dict[str, str]:
    """The environment of our Python processes: they find ``builder`` and keep quiet.

    Of the server's own only what they need is passed on, so that no secret in it is; places are
    told from the root, for they work elsewhere. Large arrays lie in huge pages, which only glibc
    offers: looking their places up takes less.

    Args:
        network: with what says how the network is reached.
    """
    names = {*PASSED, *(NETWORK_PASSED if network else ())}
    kept = {k: v for k, v in os.environ.items() if k in names or k.startswith(PREFIXES)}
    kept |= {k: str(Path(kept[k]).expanduser().resolve()) for k in PLACES if kept.get(k)}
    kept["LAYERWISE_HOME"] = str(workspace.home().resolve())
    root = str(Path(builder.__file__).parent.parent)
    paths = (root, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep)))
    path = os.pathsep.join(str(Path(p).resolve()) for p in paths)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    pages = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return {**pages, **kept, **quiet, "PYTHONUNBUFFERED": "1", **more}


def command(module: str, *arguments: str, policy: Policy) -> list[str]:
    """The command line of one of our modules under that policy."""
    return confinement.command(policy, f"builder.runs.{module}", *arguments)


def reading_policy() -> Policy:
    """Of a child that reads the workspace and Keras's folder, and writes what it decodes."""
    reads = (workspace.home(), *workspace.linked_folders())
    return _policy(reads, writes=(workspace.folder(DECODED),))


def writing_policy() -> Policy:
    """Of a process that trains, and keeps what comes of it in the workspace."""
    return _policy(writes=(workspace.home(), *workspace.linked_folders()))


def network_policy(*writes: Path) -> Policy:
    """Of a process that downloads into Keras's folder; ``writes`` are its other places."""
    keras_folder = workspace.keras_home()
    with contextlib.suppress(OSError):  # else Keras says what it could not do
        keras_folder.mkdir(parents=True, exist_ok=True)
    known = tuple(Path(os.environ[k]) for k in CERTIFICATES if os.environ.get(k))
    return _policy(known, (keras_folder, *writes), network=True)


def guarded_policy(folder: str, reads: tuple[Path, ...], writes: tuple[Path, ...]) -> Policy:
    """Of a child that looks into files nobody vouches for: these places, and one to write in."""
    return Policy(reads=_texts(reads), writes=_texts(writes), folder=folder)


def _policy(
    reads: tuple[Path, ...] = (), writes: tuple[Path, ...] = (), network: bool = False
) -> Policy:
    places = (_folders.datasets(), workspace.keras_home(), *reads)
    tmp = str(workspace.folder("tmp").resolve())
    return Policy(tmp, _texts(places), _texts(writes), network)


def _texts(places: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(str(place.resolve()) for place in places)
