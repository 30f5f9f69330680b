"""References of the fourteen articles as the standards ask, and of records made to be difficult."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
import rispy
from pybtex.database import parse_string

from index import catalog
from index.records import ArticleRecord, Person
from rag import csl, exchange, references
from rag.references import STYLES, bibliography, person, reference

SEEDS = Path(__file__).parents[1] / "seeds"
RECORDS = {record.id: record for found in catalog.load(SEEDS / catalog.NAME).values() for record in found}

GBT = {
    "mikta": "潘玥. 共同利益与共有观念：中等强国合作体在全球治理中的作用机理[J]. 南亚东南亚研究, 2024(2).",
    "brics": "杨娜. 新时代中国推进金砖合作的理念与实践[J]. 国际问题研究, 2025(6): 1-21.",
    "sco-initiatives": "曾向红, 张宇. 相互成就：上海合作组织与四大全球倡议[J]. 国际问题研究, 2025(6): 22-41.",
    "asean-tariffs": "查雯. 美国关税战背景下东盟国家的困境与应对[J]. 国际问题研究, 2025(6): 42-64.",
    "us-shipbuilding": "崔磊. 美国重振造船业的国家安全逻辑与现实阻力[J]. 国际问题研究, 2025(6): 65-85.",
    "eu-bonds": "王雪莹, 翟东升. 欧盟共同债券的演进、影响与展望[J]. 国际问题研究, 2025(6): 86-109.",
    "australia-minilateral": "沈予加. 澳大利亚小多边政策：实施路径、动因及影响[J]. 国际问题研究, 2025(6): 110-133.",
    "rok-diplomacy": "张弛. 两极政治与韩国外交路线之争[J]. 国际问题研究, 2025(6): 134-155.",
    "minilateral-hybrid": "PANDA J, PARK J J. Minilateralism and Global Governance: Effectiveness of Hybrid Models[J]. "
    "Australian Journal of International Affairs, 2024, 78(6).",
    "minilateral-china": "WU X, KIM D. China’s Perception of Minilateralism and Chinese-style Multilateralism[J]. "
    "Australian Journal of International Affairs, 2024, 78(6).",
    "minilateral-nuclear": "DEE M. Minilateralism and Effective Multilateralism in the Global Nuclear Order[J]. "
    "Contemporary Security Policy, 2024, 45(3).",
    "minilateral-australia": "BISLEY N. The Quad, AUKUS and Australian Security Minilateralism: China’s Rise and New Approaches "
    "to Security Cooperation[J]. Journal of Contemporary China.",
    "sco-regionalism": "上海合作组织：基于共识的地区主义建设[Z]. [出版地不详]: [出版者不详].",
    "kazakhstan": "周明, 李琼. 追求中等强国地位的身份认知与行为选择：哈萨克斯坦的实践及成效[Z]. [出版地不详]: [出版者不详].",
}
APA = {
    "mikta": "Pan, Y. (2024). 共同利益与共有观念：中等强国合作体在全球治理中的作用机理 [Common Interests and Shared Ideas: "
    "The Working Mechanism of MIKTA in Global Governance]. *南亚东南亚研究*, (2).",
    "brics": "Yang, N. (2025). 新时代中国推进金砖合作的理念与实践 [China's Approach and Practice in Advancing BRICS Cooperation "
    "in the New Era]. *国际问题研究*, (6), 1–21.",
    "sco-initiatives": "Zeng, X., & Zhang, Y. (2025). 相互成就：上海合作组织与四大全球倡议 [Mutual Empowerment: The Shanghai "
    "Cooperation Organization and the Four Global Initiatives]. *国际问题研究*, (6), 22–41.",
    "asean-tariffs": "Zha, W. (2025). 美国关税战背景下东盟国家的困境与应对 [ASEAN Countries' Dilemmas and Policy Responses amid "
    "the US Tariff War]. *国际问题研究*, (6), 42–64.",
    "us-shipbuilding": "Cui, L. (2025). 美国重振造船业的国家安全逻辑与现实阻力 [The National Security Rationale and Structural "
    "Constraints in the US Drive to Revive Shipbuilding]. *国际问题研究*, (6), 65–85.",
    "eu-bonds": "Wang, X., & Di, D. (2025). 欧盟共同债券的演进、影响与展望 [Crisis-Driven Evolution of EU Common Bonds: Impacts "
    "and Prospects]. *国际问题研究*, (6), 86–109.",
    "australia-minilateral": "Shen, Y. (2025). 澳大利亚小多边政策：实施路径、动因及影响 [Australia's Minilateral Policy: "
    "Developments, Drivers, and Implications]. *国际问题研究*, (6), 110–133.",
    "rok-diplomacy": "Zhang, C. (2025). 两极政治与韩国外交路线之争 [Polarized Politics and Foreign Policy Debate in the ROK]. "
    "*国际问题研究*, (6), 134–155.",
    "minilateral-hybrid": "Panda, J., & Park, J. J. (2024). Minilateralism and Global Governance: Effectiveness of Hybrid Models. "
    "*Australian Journal of International Affairs*, *78*(6).",
    "minilateral-china": "Wu, X., & Kim, D. (2024). China’s Perception of Minilateralism and Chinese-style Multilateralism. "
    "*Australian Journal of International Affairs*, *78*(6).",
    "minilateral-nuclear": "Dee, M. (2024). Minilateralism and Effective Multilateralism in the Global Nuclear Order. "
    "*Contemporary Security Policy*, *45*(3).",
    "minilateral-australia": "Bisley, N. (n.d.). The Quad, AUKUS and Australian Security Minilateralism: China’s Rise and New "
    "Approaches to Security Cooperation. *Journal of Contemporary China*.",
    "sco-regionalism": "上海合作组织：基于共识的地区主义建设 [The Shanghai Cooperation Organization: Building Regionalism on "
    "Consensus]. (n.d.).",
    "kazakhstan": "Zhou, M., & Li, Q. (n.d.). *追求中等强国地位的身份认知与行为选择：哈萨克斯坦的实践及成效* [Identity Perception "
    "and Behavioral Choice in the Pursuit of Middle-Power Status: Kazakhstan's Practice and Its Results].",
}
CHICAGO = {
    "mikta": "Pan Yue 潘玥. “共同利益与共有观念：中等强国合作体在全球治理中的作用机理” [Common Interests and Shared Ideas: The "
    "Working Mechanism of MIKTA in Global Governance]. *南亚东南亚研究*, no. 2 (2024).",
    "brics": "Yang Na 杨娜. “新时代中国推进金砖合作的理念与实践” [China's Approach and Practice in Advancing BRICS Cooperation in "
    "the New Era]. *国际问题研究*, no. 6 (2025): 1–21.",
    "sco-initiatives": "Zeng Xianghong 曾向红, and Zhang Yu 张宇. “相互成就：上海合作组织与四大全球倡议” [Mutual Empowerment: The "
    "Shanghai Cooperation Organization and the Four Global Initiatives]. *国际问题研究*, no. 6 (2025): 22–41.",
    "asean-tariffs": "Zha Wen 查雯. “美国关税战背景下东盟国家的困境与应对” [ASEAN Countries' Dilemmas and Policy Responses amid "
    "the US Tariff War]. *国际问题研究*, no. 6 (2025): 42–64.",
    "us-shipbuilding": "Cui Lei 崔磊. “美国重振造船业的国家安全逻辑与现实阻力” [The National Security Rationale and Structural "
    "Constraints in the US Drive to Revive Shipbuilding]. *国际问题研究*, no. 6 (2025): 65–85.",
    "eu-bonds": "Wang Xueying 王雪莹, and Di Dongsheng 翟东升. “欧盟共同债券的演进、影响与展望” [Crisis-Driven Evolution of EU "
    "Common Bonds: Impacts and Prospects]. *国际问题研究*, no. 6 (2025): 86–109.",
    "australia-minilateral": "Shen Yujia 沈予加. “澳大利亚小多边政策：实施路径、动因及影响” [Australia's Minilateral Policy: "
    "Developments, Drivers, and Implications]. *国际问题研究*, no. 6 (2025): 110–33.",
    "rok-diplomacy": "Zhang Chi 张弛. “两极政治与韩国外交路线之争” [Polarized Politics and Foreign Policy Debate in the ROK]. "
    "*国际问题研究*, no. 6 (2025): 134–55.",
    "minilateral-hybrid": "Panda, Jagannath, and Jae Jeok Park. “Minilateralism and Global Governance: Effectiveness of Hybrid "
    "Models.” *Australian Journal of International Affairs* 78, no. 6 (2024).",
    "minilateral-china": "Wu, Xian, and Dongchan Kim. “China’s Perception of Minilateralism and Chinese-style Multilateralism.” "
    "*Australian Journal of International Affairs* 78, no. 6 (2024).",
    "minilateral-nuclear": "Dee, Megan. “Minilateralism and Effective Multilateralism in the Global Nuclear Order.” "
    "*Contemporary Security Policy* 45, no. 3 (2024).",
    "minilateral-australia": "Bisley, Nick. “The Quad, AUKUS and Australian Security Minilateralism: China’s Rise and New "
    "Approaches to Security Cooperation.” *Journal of Contemporary China*, n.d.",
    "sco-regionalism": "“上海合作组织：基于共识的地区主义建设” [The Shanghai Cooperation Organization: Building Regionalism on "
    "Consensus]. n.d.",
    "kazakhstan": "Zhou Ming 周明, and Li Qiong 李琼. “追求中等强国地位的身份认知与行为选择：哈萨克斯坦的实践及成效” [Identity "
    "Perception and Behavioral Choice in the Pursuit of Middle-Power Status: Kazakhstan's Practice and Its Results]. n.d.",
}
ENGLISH = ArticleRecord(
    "nye", "nye.pdf", title_en="Soft Power", authors=(Person(en="Joseph Nye"),), journal_en="Foreign Policy", year=1990,
    issue="80", pages="153-171", language="en",
)  # fmt: skip
MANY = (
    *(
        Person(zh=name, en=en)
        for name, en in (("王一", "Wang Yi"), ("李二", "Li Er"), ("张三", "Zhang San"), ("赵四", "Zhao Si"))
    ),
)


def starred(record: ArticleRecord, style: references.Style) -> str:
    return "".join(f"*{run.text}*" if run.italic else run.text for run in reference(record, style).runs)


# -- the fourteen articles ----------------------------------------------------------------------


def test_every_article_of_the_catalogue_is_tested_in_every_style():
    assert RECORDS.keys() == GBT.keys() == APA.keys() == CHICAGO.keys()


@pytest.mark.parametrize("id", GBT)
def test_gbt_is_as_the_standard_asks(id):
    assert starred(RECORDS[id], "gbt") == GBT[id]


@pytest.mark.parametrize("id", APA)
def test_apa_is_as_the_manual_asks(id):
    assert starred(RECORDS[id], "apa") == APA[id]


@pytest.mark.parametrize("id", CHICAGO)
def test_chicago_is_as_the_manual_asks(id):
    assert starred(RECORDS[id], "chicago") == CHICAGO[id]


# -- what the styles ask for --------------------------------------------------------------------


def test_an_english_article_is_in_english_in_every_style():
    assert starred(ENGLISH, "gbt") == "NYE J. Soft Power[J]. Foreign Policy, 1990(80): 153-171."
    assert starred(ENGLISH, "apa") == "Nye, J. (1990). Soft Power. *Foreign Policy*, (80), 153–171."
    assert starred(ENGLISH, "chicago") == "Nye, Joseph. “Soft Power.” *Foreign Policy*, no. 80 (1990): 153–71."


def test_many_authors_are_cut_short_as_each_style_asks():
    chinese = replace(RECORDS["mikta"], authors=MANY)
    assert reference(chinese, "gbt").text.startswith("王一, 李二, 张三, 等. 共同")
    assert reference(chinese, "apa").text.startswith("Wang, Y., Li, E., Zhang, S., & Zhao, S. (2024)")
    english = replace(ENGLISH, authors=tuple(Person(en=f"Ann {letter}ee") for letter in "BCDFGHJ"))
    assert reference(english, "gbt").text.startswith("BEE A, CEE A, DEE A, et al. Soft Power")
    assert reference(english, "chicago").text.startswith("Bee, Ann, Ann Cee, Ann Dee, et al. “Soft Power.”")


def test_pages_cited_stand_for_those_of_the_article_in_gbt_alone_and_only_where_these_are_not_known():
    assert reference(RECORDS["mikta"], "gbt", ("26", "29")).text.endswith("南亚东南亚研究, 2024(2): 26, 29.")
    assert reference(RECORDS["brics"], "gbt", ("7",)).text.endswith("2025(6): 1-21.")
    assert reference(RECORDS["kazakhstan"], "gbt", ("7",)).text == GBT["kazakhstan"]  # pages of what, without a journal?
    assert reference(RECORDS["mikta"], "apa", ("26",)) == reference(RECORDS["mikta"], "apa")


def test_a_bibliography_keeps_the_order_of_citation_or_follows_the_alphabet_and_names_each_article_once():
    cited = [RECORDS[id] for id in ("sco-regionalism", "mikta", "minilateral-australia", "mikta")]
    assert [entry.article for entry in bibliography(cited, "gbt")] == ["sco-regionalism", "mikta", "minilateral-australia"]
    for style in ("apa", "chicago"):
        assert [entry.article for entry in bibliography(cited, style)] == ["minilateral-australia", "mikta", "sco-regionalism"]


@pytest.mark.parametrize(
    ("author", "language", "family", "given"),
    [
        (Person("曾向红", "Zeng Xianghong"), "en", "Zeng", "Xianghong"),
        (Person("曾向红", "Zeng Xianghong"), "zh", "曾向红", ""),
        (Person("曾向红"), "en", "曾向红", ""),
        (Person(en="Jae Jeok Park"), "en", "Park", "Jae Jeok"),
        (Person(en="Jae Jeok Park"), "zh", "Park", "Jae Jeok"),
        (Person(en="Ursula von der Leyen"), "en", "von der Leyen", "Ursula"),
        (Person(en="Nye, Joseph S."), "en", "Nye", "Joseph S."),
        (Person("约瑟夫·奈", "Joseph Nye"), "en", "Nye", "Joseph"),
        (Person(en="Plato"), "en", "Plato", ""),
    ],
)
def test_a_name_is_divided_where_its_language_divides_it(author, language, family, given):
    assert person(author, language) == references.Name(family, given)


@pytest.mark.parametrize("style", STYLES)
def test_a_document_of_which_only_the_name_is_known_still_has_a_reference(style):
    assert reference(ArticleRecord("notes.txt", "notes.txt", kind="document"), style).text.startswith("notes.txt")


@pytest.mark.parametrize("style", STYLES)
def test_a_hostile_record_stays_text(style):
    hostile = "A <i>b</i> & <script>x</script> {c} \ue000 \\d “e” *f*"
    record = replace(ENGLISH, title_en=hostile, journal_en=hostile, authors=(Person(en="<b>Eve</b> Mallory & Sons"),))
    shown = reference(record, style)
    assert "<i>b</i> & <script>x</script> {c} \\d “e” *f*" in shown.text
    assert not re.search("[\ue000-\uf8ff]", shown.text)


def test_the_styles_are_byte_for_byte_what_their_readme_says():
    told = dict(re.findall(r"\| `([\w.-]+\.csl)` \|.*`([0-9a-f]{64})`", (csl.FOLDER / "README.md").read_text(encoding="utf-8")))
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in csl.FOLDER.glob("*.csl")}
    assert set(csl.FILES.values()) == told.keys()


# -- BibTeX and RIS -----------------------------------------------------------------------------


def test_another_program_reads_the_bibtex_of_every_article():
    read = parse_string(exchange.bibtex(list(RECORDS.values())), "bibtex").entries
    assert list(read) == list(RECORDS)
    zeng = read["sco-initiatives"]
    assert [str(name) for name in zeng.persons["author"]] == ["曾向红", "张宇"]
    assert zeng.fields["title"] == "{相互成就：上海合作组织与四大全球倡议}"
    assert (zeng.fields["journal"], zeng.fields["year"], zeng.fields["number"], zeng.fields["pages"]) == (
        "国际问题研究", "2025", "6", "22--41",
    )  # fmt: skip
    assert zeng.fields["englishauthor"] == "Zeng, Xianghong and Zhang, Yu"
    park = read["minilateral-hybrid"]
    assert [str(name) for name in park.persons["author"]] == ["Panda, Jagannath", "Park, Jae Jeok"]
    assert (park.fields["journal"], park.fields["volume"]) == ("Australian Journal of International Affairs", "78")
    assert "小多边主义与全球治理" in park.fields["note"]
    assert read["kazakhstan"].type == "misc"


def test_another_program_reads_the_ris_of_every_article():
    read = {entry["id"]: entry for entry in rispy.loads(exchange.ris(list(RECORDS.values())))}
    assert list(read) == list(RECORDS)
    zeng = read["sco-initiatives"]
    assert zeng["type_of_reference"] == "JOUR"
    assert zeng["authors"] == ["曾向红", "张宇"]
    assert (zeng["title"], zeng["secondary_title"]) == ("相互成就：上海合作组织与四大全球倡议", "国际问题研究")
    assert (zeng["year"], zeng["number"], zeng["start_page"], zeng["end_page"]) == ("2025", "6", "22", "41")
    assert read["minilateral-hybrid"]["authors"] == ["Panda, Jagannath", "Park, Jae Jeok"]
    assert read["sco-regionalism"]["type_of_reference"] == "GEN"


def test_nothing_in_a_record_breaks_out_of_its_field():
    title = 'A } @article{x, title={y}}\r\nER  - \nTY  - BOOK\n{ % & $ # _ ~ ^ \\ "q" 中'
    record = replace(ENGLISH, id="a b/中", title_en=title, authors=(Person(en="Barnes and Noble, Inc."), Person(en="Ann Lee")))
    read = parse_string(exchange.bibtex([record, RECORDS["mikta"]]), "bibtex").entries
    assert len(read) == 2
    key = next(iter(read))
    assert re.fullmatch(r"a-b-[0-9a-f]{8}", key)
    assert len(read[key].persons["author"]) == 2
    assert r"\% \& \$ \# \_ {\textasciitilde} {\textasciicircum} {\textbackslash}" in read[key].fields["title"]
    entries = rispy.loads(exchange.ris([record, RECORDS["mikta"]]))
    assert [entry["type_of_reference"] for entry in entries] == ["JOUR", "JOUR"]
    assert entries[0]["title"] == " ".join(title.split())
