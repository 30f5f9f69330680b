"""`wenzheng translate`: the memory is filled sentence by sentence, checked, and goes on where it was stopped."""

import json
import re

import pytest
from chat_server import Script, serving
from fakes import one_sentence

from index import memory, tmx, translate
from index.errors import DocumentError, ModelError
from index.llm.server import ServerModel

CHINESE = "蜂群在冬天需要20公斤蜂蜜。\n\n养蜂人1987年建了这座蜂场。\n\n蜜蜂不怕寒冷。\n"
RIGHT = {
    "蜂群在冬天需要20公斤蜂蜜。": "In winter a colony needs 20 kilograms of honey.",
    "养蜂人1987年建了这座蜂场。": "The beekeeper built this apiary in 1987.",
    "蜜蜂不怕寒冷。": "Bees do not fear the cold.",
}


@pytest.fixture
def document(tmp_path):
    (tmp_path / "bees.txt").write_text(CHINESE, encoding="utf-8")
    return tmp_path / "bees.txt"


def first(asked):
    return next(m["content"] for m in asked["messages"] if m["role"] == "user")


def run(document, say, **script):
    with serving(Script(say=say, **script)) as address:
        return translate.translate([document], ServerModel(address, "m", timeout=2, retries=0))


def lines(document):
    path = document.parent / memory.FOLDER / "bees.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_sentence_is_translated_and_the_memory_holds_it(document):
    done = run(document, lambda asked: [RIGHT[first(asked)]])
    assert (done.written, done.known, done.left) == (3, 0, ())
    assert {item["zh"]: item["en"] for item in lines(document)} == RIGHT
    assert memory.load([document.parent / memory.FOLDER]).translate("蜜蜂不怕寒冷。") == RIGHT["蜜蜂不怕寒冷。"]


def test_stopped_in_the_middle_it_goes_on_where_it_was(document):
    said = []

    def say(asked):
        said.append(first(asked))
        return [RIGHT[first(asked)]] if len(said) < 2 else []

    script = Script(say=say, cut=False)
    with serving(script) as address:
        script.status = 200
        model = ServerModel(address, "m", timeout=2, retries=0)

        def stop(stage, done, total):
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            translate.translate([document], model, progress=stop)
    assert len(lines(document)) == 1
    done = run(document, lambda asked: [RIGHT[first(asked)]])
    assert (done.written, done.known) == (2, 1)


def test_a_line_left_half_written_is_taken_off_and_made_again(document):
    folder = document.parent / memory.FOLDER
    folder.mkdir()
    whole = json.dumps({"zh": "蜜蜂不怕寒冷。", "en": "Bees do not fear the cold."}, ensure_ascii=False)
    (folder / "bees.jsonl").write_text(whole + '\n{"zh": "养蜂人19', encoding="utf-8")
    done = run(document, lambda asked: [RIGHT[first(asked)]])
    assert (done.written, done.known) == (2, 1)
    assert len(lines(document)) == 3


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("In winter a colony needs 200 kilograms of honey.", "20"),
        ("In winter a colony needs 20 kilograms of 蜂蜜.", "Chinese characters"),
        ("20.", "times as long"),
        ("", "nothing"),
        ("蜂群在冬天需要20公斤蜂蜜。", "still in Chinese"),
    ],
)
def test_a_translation_that_loses_something_is_tried_again_and_then_left_out(document, wrong, why):
    tries = []

    def say(asked):
        text = first(asked)
        if "20" in text:
            tries.append([m["content"] for m in asked["messages"]])
            return [wrong]
        return [RIGHT[text]]

    done = run(document, say)
    assert done.written == 2
    assert [(text, why in reason) for text, reason in done.left] == [("蜂群在冬天需要20公斤蜂蜜。", True)]
    assert len(tries) == 2
    assert why in tries[1][-1]


def test_a_second_try_that_is_right_counts(document):
    def say(asked):
        text = first(asked)
        return [RIGHT[text] if len(asked["messages"]) > 2 else "Wrong in 1999, entirely and altogether."]

    assert run(document, say).written == 3


def test_terms_of_the_glossary_are_bound_and_thinking_aloud_is_dropped(document):
    (document.parent / "glossary.tsv").write_text(
        "zh\ten\tzh_aliases\ten_aliases\tkind\n蜂场\tbee yard\t\tapiary\tterm\n", encoding="utf-8"
    )
    systems = []

    def say(asked):
        systems.append(asked["messages"][0]["content"])
        return ["<think>hm ", "hm</think>\n", RIGHT[first(asked)]]

    assert run(document, say).written == 3
    assert sum("蜂场 = bee yard" in system for system in systems) == 1
    assert not any("<think>" in item["en"] for item in lines(document))


def test_an_english_document_is_translated_into_chinese(tmp_path):
    (tmp_path / "bees.txt").write_text("The colony sleeps in the cold of winter and eats its honey.\n", encoding="utf-8")
    done = run(tmp_path / "bees.txt", lambda asked: ["蜂群在严寒的冬天休眠，吃自己的蜂蜜。"])
    assert done.written == 1
    assert lines(tmp_path / "bees.txt")[0]["zh"].startswith("蜂群")


def test_a_server_that_fails_ends_the_run_and_keeps_what_was_made(document):
    said = []

    def say(asked):
        said.append(1)
        if len(said) == 2:
            raise BrokenPipeError
        return [RIGHT[first(asked)]]

    with pytest.raises(ModelError) as error:
        run(document, say, garbage=True)
    assert one_sentence(str(error.value), "log")


def test_a_folder_that_cannot_be_written_is_told(document):
    (document.parent / memory.FOLDER).write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(DocumentError) as error:
        run(document, lambda asked: [RIGHT[first(asked)]])
    assert one_sentence(str(error.value), "translations")


# -- TMX -----------------------------------------------------------------------------------------

PAIRS = [("蜜蜂 & <花>。", 'Bees & <flowers> "here".'), ("多行\n一句。", "One\nsentence.")]


def test_what_is_exported_is_read_back(tmp_path):
    assert tmx.write(PAIRS, tmp_path / "x.tmx") == 2
    assert list(tmx.read(tmp_path / "x.tmx")) == [(re.sub(r"\s+", " ", a), re.sub(r"\s+", " ", b)) for a, b in PAIRS]


def test_pairs_taken_in_are_added_once(tmp_path, document):
    tmx.write(RIGHT.items(), tmp_path / "x.tmx")
    assert translate.add(tmx.read(tmp_path / "x.tmx"), document.parent, "x") == (3, 0)
    assert translate.add(tmx.read(tmp_path / "x.tmx"), document.parent, "x") == (0, 3)


def test_other_languages_regions_and_inline_markup_are_understood(tmp_path):
    (tmp_path / "x.tmx").write_text(
        '<?xml version="1.0"?><tmx version="1.4"><header/><body>'
        '<tu><tuv xml:lang="EN-US"><seg>The <bpt i="1">b</bpt>bee</seg></tuv><tuv xml:lang="zh_TW"><seg>蜜蜂</seg></tuv></tu>'
        '<tu><tuv xml:lang="fr"><seg>abeille</seg></tuv><tuv xml:lang="zh"><seg>蜂</seg></tuv></tu></body></tmx>',
        encoding="utf-8",
    )
    assert list(tmx.read(tmp_path / "x.tmx")) == [("蜜蜂", "The bbee")]


@pytest.mark.parametrize("text", ["", "<tmx><body><tu>", "<html><body/></html>", "no markup"])
def test_a_file_that_is_no_tmx_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "x.tmx").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as error:
        list(tmx.read(tmp_path / "x.tmx"))
    assert one_sentence(str(error.value), "x.tmx")


def test_entities_are_not_resolved(tmp_path):
    (tmp_path / "secret").write_text("top secret", encoding="utf-8")
    (tmp_path / "x.tmx").write_text(
        f'<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><tmx><body>'
        '<tu><tuv xml:lang="en"><seg>x &e;</seg></tuv><tuv xml:lang="zh"><seg>蜂</seg></tuv></tu></body></tmx>',
        encoding="utf-8",
    )
    assert "secret" not in str(list(tmx.read(tmp_path / "x.tmx")))
