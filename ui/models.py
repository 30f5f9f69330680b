"""The models a user may choose, which of them are here, and whether those in use work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index import encoder, entailment, hub, llm
from index.errors import EncoderError, ModelError
from index.llm import Message
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Offer:
    """A model worth trying; memory in GB with half-precision weights and a short chat, from its parameter count."""

    name: str
    role: str  # reader or encoder
    memory: float
    licence: str


OFFERS = (
    Offer("Qwen/Qwen3-0.6B", "reader", 1.8, "Apache-2.0"),
    Offer("Qwen/Qwen3-1.7B", "reader", 4.5, "Apache-2.0"),
    Offer("Qwen/Qwen3-4B", "reader", 9, "Apache-2.0"),
    Offer("Qwen/Qwen3-8B", "reader", 18, "Apache-2.0"),
    Offer("BAAI/bge-m3", "encoder", 1.5, "MIT"),
    Offer("Qwen/Qwen3-Embedding-0.6B", "encoder", 1.5, "Apache-2.0"),
    Offer("intfloat/multilingual-e5-small", "encoder", 0.5, "MIT"),
)


def listing() -> list[str]:
    """A line for each model: what for, how much memory, whether it is on this machine."""
    lines = [f"{'model':34}{'for':9}{'memory':>8}  {'licence':12}here"]
    for offer in OFFERS:
        here = "yes" if hub.resolve(offer.name) else "no"
        lines.append(f"{offer.name:34}{offer.role:9}{offer.memory:>5} GB  {offer.licence:12}{here}")
    lines.append(
        "Choose with WENZHENG_MODEL and WENZHENG_READER=llm, or WENZHENG_ENCODER; fetch with `wenzheng models --fetch NAME`."
    )
    return lines


def check(settings: Settings) -> tuple[list[str], bool]:
    """Loads the models that are set and lets each do a little; lines, and whether all is well."""
    checks: list[tuple[str, Callable[[], str]]] = [("Encoder", lambda: _encoder(settings))]
    if settings.model or settings.server:
        checks.append(("Language model", lambda: _language_model(settings)))
    if settings.nli:
        checks.append(("Entailment model", lambda: _entailment(settings)))
    lines, well = [], True
    for name, run in checks:
        try:
            lines.append(f"{name}: {run()}")
        except (EncoderError, ModelError) as error:
            lines.append(f"{name}: {error}")
            well = False
    return lines, well


def _encoder(settings: Settings) -> str:
    found = encoder.of(settings)
    spoken = ", ".join(sorted(found.languages())) or "no language well"
    return f"“{found.name}” tells apart {spoken}; across languages: {'yes' if found.crosses() else 'no'}."


def _language_model(settings: Settings) -> str:
    model = llm.load(settings)
    text = "".join(model.stream([Message("user", "Say the word yes.")], limit=16))
    where = f" ({model.describe()})" if hasattr(model, "describe") else ""
    return f"“{model.name}”{where} answers: {' '.join(text.split())[:60]!r}"


def _entailment(settings: Settings) -> str:
    model = entailment.load(settings)
    assert model is not None
    judged = model.judge("风筝在唐代传到日本。", "The kite came to Japan in the Tang dynasty.")
    return f"“{model.name}” finds that a sentence entails its translation with a chance of {judged.entailment:.2f}."
