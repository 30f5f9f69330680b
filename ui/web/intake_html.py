"""Files on their way into the library or out of it → the HTML of what is in work, what has come of it, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from index.errors import DocumentError, LibraryBusy, WenzhengError
from index.files import READERS
from index.records import Language
from index.uploads import MOST_FILES
from ui.web import holding_html
from ui.web.escape import escape
from ui.web.intake import Account, Job
from ui.web.render import Texts
from ui.web.runs import LANG
from ui.web.texts import texts

_STAGES = ("keep", "read", "encode", "write", "open")


def limits(shown: Language, megabytes: int) -> str:
    """Which files are taken, and how many."""
    return f'<p class="wzd-limits" lang="{LANG[shown]}">{_filled("documents_limits", shown, size=str(megabytes))}</p>'


def failed(error: WenzhengError, shown: Language) -> str:
    """What could not be done."""
    return f'<p class="wzd-failed" role="alert" lang="{LANG[shown]}">{escape(_reason(error, "", shown))}</p>'


def jobs(all_: Sequence[Job], shown: Language) -> str:
    """What is in work and what has come of it, the latest first; what bears `data-told` is read out as it changes."""
    content = "".join(_ended(job, shown) if job.ended else _running(job, shown) for job in reversed(all_))
    return f'<div class="wzd-jobs" lang="{LANG[shown]}">{content}</div>'


def _running(job: Job, shown: Language) -> str:
    own = texts(shown)
    head = own["documents_removing" if job.removes else "documents_adding"].format(names=_names(job.names, own))
    stages = ("write", "open") if job.removes else _STAGES
    if job.stage in stages:
        at = stages.index(job.stage)
        steps = "".join(_step(stage, place - at, job, own) for place, stage in enumerate(stages))
        content = f'<ol class="wzd-steps">{steps}</ol>'
    else:
        content = f"<p data-told>{escape(own[f'documents_stage_{job.stage}'])}</p>"
    return (
        f'<section class="wzd-job wzd-running"><h2 data-told>{escape(head)}</h2>{content}'
        f'<p class="wzd-soft">{escape(own["documents_meanwhile"])}</p></section>'
    )


def _step(stage: str, place: int, job: Job, own: Texts) -> str:
    """One stage: done, in work with its bar, or to come."""
    label = escape(own[f"documents_stage_{stage}"])
    if place:
        return f'<li class="{"wzd-past" if place < 0 else "wzd-next"}">{label}</li>'
    bar = count = ""
    if job.total > 1:
        bar = f'<progress max="{job.total}" value="{job.done}" aria-label="{label}"></progress>'
        count = f' <span class="wzd-soft">{job.done:,} / {job.total:,}</span>'
    return f'<li class="wzd-now" aria-current="step"><span data-told>{label}</span>{count}{bar}</li>'


def _ended(job: Job, shown: Language) -> str:
    if job.error is not None:
        content = f'<p class="wzd-failed" data-told>{escape(_reason(job.error, "", shown))}</p>'
    elif job.removes:
        content = f"<p data-told>{_filled('documents_removed', shown, name=job.names[0])}</p>"
    else:
        content = "".join(_added(given, account, shown) for given, account in job.added)
        content += "".join(
            _outcome(given, "known", _filled("documents_known", shown, name=held), shown) for given, held in job.known
        )
        content += "".join(
            _outcome(one.name, "refused", escape(_reason(one.error, one.name, shown)), shown) for one in job.refused
        )
    return f'<section class="wzd-job">{content}</section>' if content else ""


def _outcome(name: str, how: str, said: str, shown: Language) -> str:
    """A file that was not added, and why."""
    state = texts(shown)["documents_refused"]
    return (
        f'<article class="wzd-file wzd-{how}"><h3 data-told><bdi>{escape(name)}</bdi> <span class="wzd-state">{escape(state)}</span></h3>'
        f"<p>{said}</p></article>"
    )


def _added(given: str, account: Account, shown: Language) -> str:
    own, held = texts(shown), account.holding
    state = own["documents_added"] if held.name == given else own["documents_added_as"].format(name=held.name)
    return (
        f'<article class="wzd-file wzd-added"><h3 data-told><bdi>{escape(given)}</bdi> <span class="wzd-state">{escape(state)}</span></h3>'
        f"{holding_html.figures(held, shown)}{holding_html.articles(held.articles, shown)}{holding_html.account(account.fidelity, shown)}</article>"
    )


def _names(names: Sequence[str], own: Texts) -> str:
    first = own["join_names"].join(names[:2])
    return own["documents_more"].format(names=first, count=len(names) - 2) if names[2:] else first


def _reason(error: WenzhengError, name: str, shown: Language) -> str:
    """Why something failed, in the language of the page where it is a reason the page knows."""
    own = texts(shown)
    if isinstance(error, DocumentError) and (known := own.get(f"documents_why_{error.why}")):
        return known.format(**{**_facts(name), "size": str(error.limit)})
    if isinstance(error, LibraryBusy):
        return own["documents_failed_busy"]
    return own["documents_failed"].format(reason=error)


def _facts(name: str) -> dict[str, str]:
    """What is filled into texts on limits."""
    types = ", ".join(suffix.removeprefix(".") for suffix in READERS)
    kind = PurePath(name).suffix.removeprefix(".").upper()
    return {"types": types, "files": str(MOST_FILES), "kind": kind}


def _filled(text: str, shown: Language, **facts: str) -> str:
    return escape(texts(shown)[text].format(**{**_facts(""), **facts}))
