"""Whether a soak went well, and the tables that show it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from eval.soak.measuring import QUANTITIES, Sample, growth
from eval.soak.tally import Tally

BOUNDS = {"private": (60.0, 15.0), "handles": (6.0, 2.0), "threads": (6.0, 2.0)}
"""What a quantity may grow by in an hour (MB, handles, threads), and up to where a growth may be noise: a longer run tells.

Neither is flat: a run that cannot tell has not shown it.  Resident memory is shown and not judged: the files of an index that are mapped count in it.
"""


def faults(samples: Sequence[Sample], tally: Tally) -> list[str]:
    """One sentence for each thing that is not as it should be; none after a run that went well."""
    found = [f"{len(tally.errors)} errors, the first: {tally.errors[0]}"] if tally.errors else []
    if len(samples) < 2:
        return [*found, "There are too few measurements to tell a growth; give more --minutes."]
    for name, (hourly, least) in BOUNDS.items():
        went = growth(samples, name)
        if went.hourly > hourly:
            unsure = "" if went.grown > least else " So little may be noise; give more --minutes."
            found.append(
                f"{name} grew by {went.hourly:.1f} an hour ({went.grown:.1f} in the second half of the run); "
                f"at most {hourly:.0f} an hour is flat.{unsure}"
            )
    return found


def table(samples: Sequence[Sample], tally: Tally) -> str:
    """The figures as Markdown, the first errors below."""
    rows = [
        "| what | begin | middle | most | end | growth an hour | in the second half | flat |",
        "|---|---|---|---|---|---|---|---|",
    ]
    wrong = faults(samples, tally)
    for name in QUANTITIES:
        g = growth(samples, name)
        told = next((said for said in wrong if said.startswith(f"{name} grew")), "")
        flat = "" if name not in BOUNDS else "yes" if not told else "not shown" if "noise" in told else "NO"
        unit = " memory (MB)" if name in ("private", "resident") else ""
        rows.append(
            f"| {name}{unit} | {g.first:.0f} | {g.middle:.0f} | {g.most:.0f} | {g.last:.0f} "
            f"| {g.hourly:+.1f} | {g.grown:+.1f} | {flat} |"
        )
    rows += ["", "| done | times |", "|---|---|", *(f"| {kind} | {count} |" for kind, count in sorted(tally.done.items()))]
    if len(tally.seconds) > 1:
        late = statistics.quantiles(tally.seconds, n=20, method="inclusive")[-1]
        rows.append(f"| answers, median and 95th percentile | {statistics.median(tally.seconds):.2f} s, {late:.2f} s |")
    rows += [f"| refused since the library changed too often | {tally.busy} |", f"| errors | {len(tally.errors)} |"]
    return "\n".join([*rows, *tally.errors[:10]])
