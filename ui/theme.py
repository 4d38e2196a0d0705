"""Colours of the charts in both themes, and the style sheet and script that every page shares."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import streamlit as st

_STATIC = Path(__file__).parent / "static"
MARK_PNG, MARK_SVG = (str(_STATIC / f"mark.{kind}") for kind in ("png", "svg"))


class Palette(NamedTuple):
    """Told apart without red and green, and by lightness too; text on card is 4.5:1 or better."""

    ink: str
    soft: str
    line: str
    negative: str
    neutral: str
    positive: str


LIGHT = Palette("#17212b", "#536170", "#e3e8ed", "#b8480f", "#a3afba", "#1a6fb0")
DARK = Palette("#e2e8ee", "#9fadba", "#2a3541", "#f0935c", "#5f6c79", "#6db1ea")


def palette() -> Palette:
    """Of the theme that the reader has chosen."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def apply(language: str) -> None:
    """Puts our style sheet and script on the page, and says to screen readers which language (`vi`) it speaks."""
    st.html(f"<style>{_static('langnghe.css')}</style>")
    spoken = f"document.documentElement.lang = '{language}';"
    st.html(f"<script>{spoken}{_static('navigate.js')}</script>", unsafe_allow_javascript=True)


@cache
def _static(name: str) -> str:
    return (_STATIC / name).read_text("utf-8")
