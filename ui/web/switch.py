"""The switch between 中文 and English that every page has."""

from __future__ import annotations

import gradio as gr


def language_switch(elem_id: str = "wz-language") -> gr.Radio:
    """The switch; it begins with Chinese until the browser has told what it asks for."""
    return gr.Radio(
        [("中文", "zh"), ("English", "en")],
        value="zh",
        label="中文 / English",
        show_label=False,
        container=False,
        elem_id=elem_id,
    )
