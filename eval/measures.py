"""What is measured, by name, with what each measure means in few words in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure from 0 to 1; more is better unless `less_is_better`."""

    name: str
    zh: str
    en: str
    less_is_better: bool = False


_RETRIEVAL = (
    Measure("within 2,000", "前 2000 字内的证据", "evidence in the first 2,000 characters"),
    Measure("within 5,000", "前 5000 字内的证据", "evidence in the first 5,000 characters"),
    Measure("MRR@10", "首个相关段落的倒数排名", "1 / rank of the first relevant passage"),
    Measure("recall@10", "前十段召回率", "evidence in the first ten passages"),
    Measure("nDCG@10", "归一化折损累计增益", "relevant passages ranked first"),
)
_ANSWERS = (
    Measure("any gold", "引到任一标准证据", "a sentence of the gold evidence is cited"),
    Measure("gold cited", "引到的标准证据占比", "share of the gold evidence cited"),
    Measure("touching", "触及标准证据的引文占比", "share of the citations that touch gold"),
    Measure("citation recall", "论断有据率", "statements that their citations support"),
    Measure("citation precision", "引文非冗余率", "citations that are not idle"),
    Measure("points", "要点覆盖率", "key points that the answer makes"),
    Measure("verbatim", "引文一字不差", "quotations stand word for word in the source"),
    Measure("language", "答语与问语同种语言", "answered in the language of the question"),
)
_REFUSALS = (
    Measure("wrong refusals", "误拒率", "answerable questions refused", less_is_better=True),
    Measure("caught", "不可答问题识别率", "unanswerable questions refused"),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in (*_RETRIEVAL, *_ANSWERS, *_REFUSALS)}
RETRIEVAL = tuple(measure.name for measure in _RETRIEVAL)
ANSWERS = tuple(measure.name for measure in _ANSWERS)
REFUSALS = tuple(measure.name for measure in _REFUSALS)
