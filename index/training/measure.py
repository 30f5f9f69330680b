"""A trained encoder → its figures on public sets that nothing was trained on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.table import TableEncoder
from index.training.pairs import lines
from index.training.questions import Asked, held_titles, squad
from index.training.teacher import Teacher


def measure(data: Path, encoder: TableEncoder, teacher: Teacher) -> dict[str, tuple[float, float]]:
    """Figures on the public sets that nothing was trained on; higher is better."""
    tatoeba = [list(lines(data / "tatoeba_test" / f"tatoeba.cmn-eng.{side}")) for side in ("cmn", "eng")]
    chinese, english = _pud(data, "zh"), _pud(data, "en")
    held = held_titles(data)
    return {
        "Tatoeba test, zh→en and en→zh": _both_ways(encoder, teacher, list(zip(*tatoeba, strict=True))),
        "UD PUD, zh→en and en→zh": _both_ways(encoder, teacher, [(chinese[n], english[n]) for n in chinese if n in english]),
        "DRCD test, held articles, recall@1 and @10": _found(
            encoder, [item for item in squad(data / "drcd" / "DRCD_test.json") if item.article in held]
        ),
        "CMRC 2018 trial, recall@1 and @10": _found(encoder, list(squad(data / "cmrc2018" / "cmrc2018_trial.json"))),
    }


def _both_ways(encoder: TableEncoder, teacher: Teacher, pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Share of Chinese sentences whose nearest English one is theirs, and the reverse; higher is better."""
    english = [en for _, en in pairs]
    teacher.learn(english)
    near = encoder.encode([zh for zh, _ in pairs]) @ teacher.rows(english).T
    numbers = np.arange(len(pairs))
    return float((near.argmax(1) == numbers).mean()), float((near.argmax(0) == numbers).mean())


def _found(encoder: TableEncoder, asked: Sequence[Asked]) -> tuple[float, float]:
    """Share of questions whose paragraph is the nearest of all, and among the nearest ten; higher is better."""
    answer = np.repeat(np.arange(len(asked)), [len(item.zh_questions) for item in asked])
    near = encoder.encode([q for item in asked for q in item.zh_questions]) @ encoder.encode([item.zh for item in asked]).T
    nearer = (near > near[np.arange(len(answer)), answer][:, None]).sum(1)
    return float((nearer < 1).mean()), float((nearer < 10).mean())


def _pud(data: Path, side: str) -> dict[str, str]:
    text = "\n".join(lines(data / "ud_pud" / f"{side}_pud-ud-test.conllu.gz"))
    return dict(re.findall(r"# sent_id = (\S+)\n(?:#.*\n)*?# text = (.*)", text))
