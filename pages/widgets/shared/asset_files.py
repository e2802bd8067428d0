"""The folder of assets (style sheets, scripts, pictures) that pages read or serve."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ASSETS = ROOT / "assets"
