"""The frame of every page: page config, style, the project of this address, the navigation."""

import streamlit as st

from pages.widgets import page, session

pages = page.pages()
current = st.navigation(list(pages.values()), position="hidden")
page.follow_address(current)
st.set_page_config(
    page_title=f"{current.title} · Layerwise",
    page_icon=str(page.ROOT / "assets" / "favicon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(page.ROOT / "assets" / "layerwise.css")
st.html(f"<style>:root{{color-scheme:{session.theme()}}}</style>")
st.html(page.script(current.url_path or "home"), unsafe_allow_javascript=True)
page.stays_known()
with page.guard():
    session.start()
    page.navigation(pages, current)
    current.run()
