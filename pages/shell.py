"""The frame of every page: page config, style, the project of this address, the navigation."""

import streamlit as st

from pages.widgets.session import browser, current_project
from pages.widgets.shared import asset_files, page_frame

pages = page_frame.pages()
current = st.navigation(list(pages.values()), position="hidden")
page_frame.follow_address(current)
st.set_page_config(
    page_title=f"{current.title} · Layerwise",
    page_icon=str(asset_files.ROOT / "assets" / "favicon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(asset_files.ROOT / "assets" / "layerwise.css")
st.html(f"<style>:root{{color-scheme:{browser.theme()}}}</style>")
st.html(page_frame.script(current.url_path or "home"), unsafe_allow_javascript=True)
page_frame.rerun_on_reconnect()
with page_frame.guard():
    current_project.start()
    page_frame.navigation(pages, current)
    current.run()
