"""Downloads of answers, and the choice of the style in which references are copied."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

import gradio as gr

from index.records import Language
from rag import exchange, references
from ui.export import FORMATS, Style, cited_articles, export
from ui.export.word import ClockError
from ui.web.cards import Turn
from ui.web.copying import records, sources
from ui.web.escape import escape
from ui.web.passing import Passing
from ui.web.texts import texts

STYLES: tuple[Style, ...] = (*references.STYLES, *get_args(exchange.Format))

# The script export.js reads what is chosen; a browser remembers what its reader chose, and begins with what is usual
# in its language.
_CHOSEN = "(style) => { document.documentElement.dataset.wzStyle = style; }"
_REMEMBER = "(style) => { try { localStorage.setItem('wz-style', style); } catch { /* not allowed here */ } }"
_REMEMBERED = f"""() => {{
  let style = null;
  try {{ style = localStorage.getItem("wz-style"); }} catch {{ /* not allowed here */ }}
  if (!{json.dumps(STYLES)}.includes(style)) style = navigator.language.startsWith("zh") ? "gbt" : "apa";
  document.documentElement.dataset.wzStyle = style;
  return style;
}}"""
_FETCH = "() => setTimeout(() => document.querySelector('#wz-export-file')?.click(), 60)"


class Export:
    """The components of exporting; they stand where they are made."""

    def __init__(self) -> None:
        self.passing = Passing()
        own = texts("zh")
        with gr.Accordion(own["export_options"], open=False, elem_id="wz-export") as self.frame:
            self.scope = gr.Radio(label=own["export_scope"], choices=_scopes("zh"), value="last", elem_id="wz-export-scope")
            self.style = gr.Dropdown(
                label=own["export_style"], choices=_styles("zh"), value="gbt", filterable=False, elem_id="wz-export-style"
            )
            self.format = gr.Dropdown(
                label=own["export_format"], choices=_formats("zh"), value="docx", filterable=False, elem_id="wz-export-format"
            )
            self.button = gr.Button(own["export_download"], variant="primary", size="sm", elem_id="wz-export-download")
            self.note = gr.HTML("", elem_id="wz-export-note", apply_default_css=False)
            self.file = gr.DownloadButton(own["export_download"], visible="hidden", elem_id="wz-export-file")
        self.sources = gr.HTML("", elem_id="wz-sources", visible="hidden", apply_default_css=False)

    def events(self, turns: gr.State, language: gr.Radio) -> None:
        """Follows the conversation and the language of the page."""
        quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        told = [self.frame, self.scope, self.style, self.format, self.button]
        gr.context.Context.root_block.load(None, None, self.style, js=_REMEMBERED, **quiet)
        self.style.change(None, self.style, None, js=_CHOSEN, **quiet)
        self.style.input(None, self.style, None, js=_REMEMBER, **quiet)
        language.change(self._relabel, language, told, **quiet)
        gr.on([turns.change, language.change], sources, [turns, language], self.sources, **quiet)
        made = self.button.click(
            self._make, [self.scope, self.format, self.style, language, turns], [self.file, self.note], **quiet
        )
        made.success(None, None, None, js=_FETCH, **quiet)

    def _relabel(self, shown: Language) -> list[Any]:
        own = texts(shown)
        return [
            gr.update(label=own["export_options"]),
            gr.update(label=own["export_scope"], choices=_scopes(shown)),
            gr.update(label=own["export_style"], choices=_styles(shown)),
            gr.update(label=own["export_format"], choices=_formats(shown)),
            own["export_download"],
        ]

    def _make(self, scope: str, format: str, style: Style, shown: Language, turns: Sequence[Turn]) -> tuple[str | None, str]:
        """Writes the file and tells where it lies, or says why there is none."""
        own = texts(shown)
        chosen = turns[-1:] if scope == "last" else turns
        answers, articles = [turn.answer for turn in chosen], records(chosen)
        if not answers:
            return None, _note(own["export_nothing"])
        if format in exchange.FORMATS and not cited_articles(answers, articles):
            return None, _note(own["export_uncited"])
        today = date.today()
        place = self.passing.download(f"wenzheng-{today.isoformat()}{FORMATS[format].suffix}")
        try:
            place.write_bytes(export(answers, articles, format, style, shown, today))
        except ClockError:
            return None, _note(own["export_clock"])
        return str(place), ""


def _note(text: str) -> str:
    return f'<p class="wz-note" role="alert">{escape(text)}</p>'


def _scopes(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"export_scope_{scope}"], scope) for scope in ("last", "all")]


def _styles(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"export_style_{style}"], style) for style in STYLES]


def _formats(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"export_format_{format}"], format) for format in FORMATS]
