"""The soak's verdict on made-up series, and its load on a page: what it calls is there."""

from __future__ import annotations

import os
import random
import sys
from contextlib import nullcontext

import pytest

from eval.served import served
from eval.soak import __main__ as soak
from eval.soak.load import Soak
from eval.soak.measuring import Sample, growth, sample
from eval.soak.tally import Tally
from eval.soak.verdict import BOUNDS, faults, table
from eval.soak.visit import Page, Visit


def series(minutes=20.0, **hourly):
    """Samples every two seconds of a process that fills its caches first and then grows by so much an hour."""
    dice, made = random.Random(1), []
    for number in range(int(minutes * 30)):
        at = number * 2.0
        warm = 400 * min(1.0, at / (minutes * 15))
        memory = 500 + warm + dice.uniform(-25, 25) + hourly.get("private", 0) * at / 3600
        handles = 15 + dice.randrange(8) + hourly.get("handles", 0) * at / 3600
        threads = 20 + dice.randrange(4) + hourly.get("threads", 0) * at / 3600
        made.append(Sample(at, memory, memory + 200 + 3 * at, handles, threads))
    return made


def test_what_goes_up_and_down_and_filled_its_caches_before_is_flat():
    assert faults(series(), Tally()) == []
    assert "| yes |" in table(series(), Tally())


@pytest.mark.parametrize(("name", "hourly"), [("private", 250.0), ("handles", 30.0), ("threads", 30.0)])
def test_what_grows_past_its_bound_is_told_with_the_figure(name, hourly):
    said = faults(series(**{name: hourly}), Tally())
    assert len(said) == 1
    assert said[0].startswith(f"{name} grew by ")
    assert f"at most {BOUNDS[name][0]:.0f} an hour" in said[0]
    assert "| NO |" in table(series(**{name: hourly}), Tally())


def test_a_growth_past_the_bound_that_may_be_noise_is_not_called_flat():
    steady = [Sample(float(at), 900.0 + 85.5 * at / 3600, 1200.0, 18, 11) for at in range(0, 1200, 2)]
    assert growth(steady, "private").grown < BOUNDS["private"][1]
    said = faults(steady, Tally())
    assert len(said) == 1
    assert "give more --minutes" in said[0]
    assert "| not shown |" in table(steady, Tally())
    assert "noise" not in faults(series(120.0, private=80.0), Tally())[0]


def test_mapped_files_that_are_read_bit_by_bit_are_no_growth():
    samples = series()
    assert growth(samples, "resident").hourly > 5000
    assert faults(samples, Tally()) == []


def test_the_slope_is_that_of_the_second_half_and_one_peak_does_not_move_it():
    samples = [Sample(float(at), 500.0 + at / 3600, 0, 1, 1) for at in range(0, 3600, 2)]
    samples[1500] = Sample(3000.0, 5000.0, 0, 1, 1)
    assert growth(samples, "private").hourly == pytest.approx(1.0, abs=0.01)
    assert growth(samples, "private").grown == pytest.approx(0.5, abs=0.01)


def test_errors_and_a_run_too_short_to_tell_are_faults():
    wrong = Tally()
    wrong.count("answer", "away")
    assert faults(series(), wrong) == ["1 errors, the first: answer: away"]
    assert "too few measurements" in faults([], Tally())[0]


def test_a_process_is_measured_by_the_systems_own_account():
    held = bytearray(os.urandom(30_000_000))
    mine = sample(os.getpid(), 1.0)
    assert 30 < mine.private <= mine.resident
    with open(os.devnull) as _:
        assert sample(os.getpid(), 1.0).handles == mine.handles + 1
    assert mine.threads >= 1
    assert len(held) == 30_000_000


@pytest.mark.parametrize(("hourly", "status"), [(0.0, None), (900.0, 1)])
def test_the_exit_status_tells_a_growth(monkeypatch, shelf, hourly, status):
    class Made:
        def __init__(self, *_):
            self.tally = Tally()

        def run(self, *_):
            return series(private=hourly)

    monkeypatch.setattr(soak, "Soak", Made)
    monkeypatch.setattr(soak, "served", lambda library: nullcontext())
    monkeypatch.setattr(soak, "candidates", lambda sets: iter([("zh", "问？")]))
    monkeypatch.setattr(sys, "argv", ["soak", "--minutes", "1", "--library", str(shelf.library)])
    if status is None:
        soak.main()
        return
    with pytest.raises(SystemExit) as ended:
        soak.main()
    assert ended.value.code == status


def test_all_parts_of_the_page_that_the_load_calls_are_there(server, shelf, tmp_path):
    with served(None, server) as page:
        made = Soak(page, shelf.library, tmp_path)
        with Visit(made._page, "soak-1").opened() as visit:
            made._converse(visit, ["墨子用什么做了第一只木鸢？"], send=False)
        with Visit(made._page, "soak-2").opened() as visit:
            assert made._article in str(visit.does("_first_1", "load", asked=f"article={made._article}&side=both"))
            visit.does("_first_3", "load", "me")
        made._held.close()
        known = Page.of(page).functions
    assert {("wz-send-button", "click"), ("wz-rv-accept", "click"), ("wz-rv-export", "click")} <= known.keys()
    assert {("wzd-drop", "upload"), ("wzd-list", "delete")} <= known.keys()
