"""An entailment model: a real tiny one of the XLM-R architecture, through the setting, to the verdict."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from itertools import permutations

import pytest
from fakes import FakeEncoder, one_sentence
from tiny_model import LABELS, build_judge

from index import encoder as encoders
from index import entailment, settings
from index.entailment import EntailmentModel, Judgement
from index.errors import ModelError
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from rag import verify
from rag.answer import Answerer
from rag.evidence import gather
from rag.question import analyse
from rag.records import Draft

HONEY = "How much honey does a colony need until spring?"
REWORDED = "A honeybee colony needs about 20 kilograms of honey until spring."


@pytest.fixture(scope="module")
def judges(tmp_path_factory):
    """Folders of models that say one label of everything."""
    return {label: build_judge(tmp_path_factory.mktemp(label), label) for label in LABELS}


@pytest.fixture
def broken(judges, tmp_path):
    """A copy of a sound model, to be broken."""
    return shutil.copytree(judges["entailment"], tmp_path / "broken")


@pytest.fixture
def draft(answerer):
    """A draft that cites the sentence on honey, with a text of our own."""
    found = answerer.searcher.search(HONEY)
    evidence = gather(answerer.searcher, analyse(HONEY), found.hits)
    chosen = next(e for e in evidence if "twenty kilograms" in e.sentence.text)
    return Draft(REWORDED, (chosen,))


def model(folder):
    return EntailmentModel.find(str(folder))


def labelled(folder, labels):
    """Renames the outputs of a model in its config."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["id2label"] = {str(number): name for number, name in enumerate(labels)}
    config["label2id"] = {name: number for number, name in enumerate(labels)}
    path.write_text(json.dumps(config), encoding="utf-8")
    return folder


class Told:
    """Judges as it is told and keeps what it was asked."""

    def __init__(self, *chances):
        self.judgement = Judgement(*chances)
        self.asked = []

    def judge(self, evidence, statement):
        self.asked.append((evidence, statement))
        return self.judgement


# -- the model -----------------------------------------------------------------------------------


def test_chances_are_between_0_and_1_and_sum_to_1(tmp_path):
    judged = model(build_judge(tmp_path)).judge("蜂群越冬。", "The bees sleep in winter.")
    chances = (judged.entailment, judged.neutral, judged.contradiction)
    assert all(0 < chance < 1 for chance in chances)
    assert sum(chances) == pytest.approx(1)


@pytest.mark.parametrize("labels", list(permutations(("ENTAILMENT", "Neutral", "contradiction"))), ids="-".join)
def test_the_order_of_the_labels_is_the_models_own_in_any_case(broken, labels):
    judged = model(labelled(broken, labels)).judge("蜂群越冬。", "The bees sleep.")  # it always says its first output
    assert getattr(judged, labels[0].lower()) > 0.99


def test_a_tie_is_no_contradiction():
    assert not Judgement(0.4, 0.2, 0.4).contradicts
    assert Judgement(0.3, 0.3, 0.4).contradicts


def test_evidence_longer_than_the_model_takes_is_cut(tmp_path):
    judge = model(build_judge(tmp_path))
    long = judge.judge("The bees sleep in winter. 蜂群越冬。" * 300, "The bees sleep.")
    assert long == judge.judge("The bees sleep in winter. 蜂群越冬。" * 400, "The bees sleep.")
    assert long != judge.judge("The bees sleep in winter. 蜂群越冬。" * 300, "In winter.")  # the statement is not


def test_a_function_that_the_config_names_is_not_put_before_the_softmax(broken):
    path = broken / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["sentence_transformers"] = {"activation_fn": "torch.nn.modules.activation.Sigmoid", "version": "6.0.0"}
    path.write_text(json.dumps(config), encoding="utf-8")
    assert model(broken).judge("蜂群越冬。", "The bees sleep.").entailment > 0.99


# -- the setting ---------------------------------------------------------------------------------


def test_the_setting_names_the_model_and_is_empty_unless_set(judges, tmp_path, monkeypatch):
    assert entailment.load(settings.load(folder=tmp_path)) is None
    monkeypatch.setenv("WENZHENG_NLI", str(judges["neutral"]))
    found = settings.load(folder=tmp_path)
    assert found.origin("nli") == "WENZHENG_NLI"
    judge = entailment.load(found)
    assert judge is not None
    assert judge.folder == judges["neutral"]
    assert judge.judge("蜂群越冬。", "The bees sleep.").neutral > 0.99


@pytest.mark.parametrize("folder", ["", "judge"])
def test_no_library_of_models_is_loaded_before_a_statement_is_judged(judges, folder):
    name = str(judges["entailment"]) if folder else ""
    code = (
        "import sys\nfrom index import entailment\nfrom index.settings import Settings\nimport rag.verify\n"
        f"found = entailment.load(Settings(nli={name!r}))\nassert (found is None) == {not name}\n"
        "sys.exit(str({'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'} & set(sys.modules) or ''))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert ran.stderr.strip() == ""


# -- what is wrong with a model, in one sentence ---------------------------------------------------


@pytest.mark.parametrize("name", ["/nowhere/at/all", "someone/some-model"])
def test_a_model_that_is_not_here_is_named(name):
    with pytest.raises(ModelError) as caught:
        entailment.load(Settings(nli=name))
    assert one_sentence(str(caught.value), name, "WENZHENG_NLI")


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelError) as caught:
        model(tmp_path)
    assert one_sentence(str(caught.value), str(tmp_path))


@pytest.mark.parametrize(
    "labels",
    [
        ("entailment", "not_entailment"),
        ("LABEL_0", "LABEL_1", "LABEL_2"),
        ("entailment", "neutral", "neutral"),
        ("entailment", "neutral", "contradiction", "other"),
        (),
    ],
    ids=["two", "unnamed", "twice", "four", "none"],
)
def test_a_model_without_the_three_labels_is_refused_before_it_is_loaded(broken, labels):
    with pytest.raises(ModelError) as caught:
        model(labelled(broken, labels))
    assert one_sentence(str(caught.value), str(broken), *LABELS, *labels)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"id2label": ["entailment"]}', '{"id2label": {"a": "entailment"}}', '{"id2label": {"0": 1}}']
)
def test_a_config_that_is_none_is_refused(broken, text):
    (broken / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        model(broken)
    assert one_sentence(str(caught.value), str(broken), "WENZHENG_NLI")


def no_weights(folder):
    (folder / "model.safetensors").unlink()


def pickled(folder):
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    no_weights(folder)


def half_the_file(folder):
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def changed(folder, change):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    save_file(
        dict(change(name, value) for name, value in weights.items()), folder / "model.safetensors", metadata={"format": "pt"}
    )


def no_head(folder):
    changed(folder, lambda name, value: (name.replace("classifier", "other"), value))


def no_tokenizer(folder):
    for path in folder.glob("tokenizer*"):
        path.unlink()


def no_numbers(folder):
    changed(folder, lambda name, value: (name, value * float("nan") if "classifier" in name else value))


def own_code(folder):
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForSequenceClassification": "own.Model"}}
    path.write_text(json.dumps(config), encoding="utf-8")
    (folder / "own.py").write_text("raise SystemExit('run')", encoding="utf-8")


def own_module(folder):
    modules = [{"idx": 0, "name": "0", "path": "", "type": "own.Own"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "config_sentence_transformers.json").write_text('{"model_type": "CrossEncoder"}', encoding="utf-8")
    (folder / "own.py").write_text("raise SystemExit('run')", encoding="utf-8")


@pytest.mark.filterwarnings("ignore")  # of transformers, on what it finds in them
@pytest.mark.parametrize(
    "spoil",
    [no_weights, pickled, half_the_file, no_head, no_tokenizer, no_numbers, own_code, own_module],
    ids=lambda f: f.__name__,
)
def test_a_model_that_would_not_judge_soundly_is_refused(broken, spoil):
    spoil(broken)
    with pytest.raises(ModelError) as caught:
        model(broken).judge("蜂群越冬。", "The bees sleep.")
    assert one_sentence(str(caught.value), str(broken), "WENZHENG_NLI")


# -- the verdict ---------------------------------------------------------------------------------


def test_a_model_that_says_entailment_keeps_a_statement(draft, answerer, judges):
    plain = verify.check(draft, answerer.searcher)
    assert plain.verdict
    assert verify.check(draft, answerer.searcher, model(judges["entailment"])) == plain


@pytest.mark.parametrize(("label", "fault"), [("contradiction", "contradicts"), ("neutral", "follow")])
def test_a_model_that_says_anything_else_drops_it_with_a_fault(draft, answerer, judges, label, fault):
    found = verify.check(draft, answerer.searcher, model(judges[label]))
    assert (found.verdict, len(found.faults)) == (None, 1)
    assert fault in found.faults[0]
    assert found.support < verify.PARTLY


def test_support_is_the_lower_of_the_two(draft, answerer):
    plain = verify.check(draft, answerer.searcher)
    assert verify.check(draft, answerer.searcher, Told(1.0, 0.0, 0.0)) == plain
    assert verify.check(draft, answerer.searcher, Told(0.5, 0.3, 0.2)) == verify.Checked(0.5, "partly")


def test_the_most_likely_contradiction_drops_what_is_likely_enough_to_follow(draft, answerer):
    found = verify.check(draft, answerer.searcher, Told(0.45, 0.05, 0.5))
    assert found.verdict is None
    assert "contradicts" in found.faults[0]


def test_what_is_proved_already_or_dropped_already_is_not_asked_about(draft, answerer):
    judge = Told(0.0, 0.0, 1.0)
    own = draft.evidence[0]
    translated = replace(own, translation="一个蜂群需要二十公斤蜂蜜才能撑到春天。")
    for text, evidence in ((own.sentence.text, own), (translated.translation, translated)):
        assert verify.check(Draft(text, (evidence,)), answerer.searcher, judge).verdict == "supported"
    told = Told(1.0, 0.0, 0.0)
    for text in ("A colony needs about 25 kilograms of honey.", "Kangaroos hop over tall fences at night."):
        assert verify.check(replace(draft, text=text), answerer.searcher, told).verdict is None
    assert judge.asked == told.asked == []


def test_the_evidence_is_the_side_in_the_statements_language_else_the_original(draft, answerer):
    first = draft.evidence[0]
    second = replace(first, sentence=replace(first.sentence, text="蜂群越冬。"), translation="Bees sleep.")
    third = replace(second, translation=None)
    asked = verify._premise(Draft(REWORDED, (first, second, third)))
    assert asked == f"{first.sentence.text} Bees sleep. 蜂群越冬。"
    judge = Told(1.0, 0.0, 0.0)
    verify.check(draft, answerer.searcher, judge)
    assert judge.asked == [(first.sentence.text, REWORDED)]


class Rewording:
    """A reader that says one thing in its own words."""

    name = "rewording"

    def read(self, question, evidence, searcher, cancelled):
        return [Draft(REWORDED, (next(e for e in evidence if "twenty kilograms" in e.sentence.text),))]


def test_an_answer_shows_only_what_the_model_lets_through(shelf, judges):
    with closing(Library.open(shelf.library)) as library:
        searcher = Searcher(library, FakeEncoder())
        kept = Answerer(searcher, Rewording(), model(judges["entailment"])).answer(HONEY)
        dropped = Answerer(searcher, Rewording(), model(judges["contradiction"])).answer(HONEY)
    assert [claim.text for claim in kept.claims] == [REWORDED]
    assert REWORDED not in dropped.text
    assert dropped.dropped == 1
    assert dropped.reader.startswith("extractive")  # whose sentences are the source's own and need no judge


# -- what is shown of it -----------------------------------------------------------------------------


def test_the_command_line_shows_checks_and_uses_it(shelf, judges, monkeypatch, tmp_path, capsys):
    from ui import doctor, models
    from ui.answering import answerer as opened

    fake = FakeEncoder()
    fake.folder = tmp_path
    monkeypatch.setattr(encoders, "load", lambda name: fake)
    chosen = replace(shelf, nli=str(judges["entailment"]))
    lines, sound = doctor.examine(chosen)
    assert sound
    assert any(line.strip().startswith(f"nli = {chosen.nli}") for line in lines)
    assert f"Entailment model: {chosen.nli} in {chosen.nli}" in lines
    lines, well = models.check(chosen)
    assert well
    assert any(line.startswith("Entailment model: “") and "1.00" in line for line in lines)
    answerer = opened(chosen)
    answerer.searcher.library.close()
    assert answerer.entailment == EntailmentModel.find(chosen.nli)


def test_a_model_that_is_not_here_needs_attention(shelf, monkeypatch, tmp_path):
    from ui import doctor

    fake = FakeEncoder()
    fake.folder = tmp_path
    monkeypatch.setattr(encoders, "load", lambda name: fake)
    lines, sound = doctor.examine(replace(shelf, nli="/nowhere/at/all"))
    assert not sound
    assert any(line.startswith("Entailment model: ") and one_sentence(line, "/nowhere/at/all") for line in lines)
