"""Claim: every quotation that a reader is shown stands in the file at the place that is told of it.

Starts a server, uploads files in Arabic, French, Chinese and English, and has questions about them answered: by the
scripted model, which cites and quotes well and badly (wrong numbers, invented words, changed figures, other spellings,
quotations without an end), and, with `--weights`, by a real one. An independent checker, which shares no code with
the server, reads the files as they were uploaded, and asks of each citation whether its words stand at its offsets,
and of each quotation in the text whether it stands in a file at all. Prints one line of JSON; exits with 1 when one
does not.

    python -m bench.library.citations --scripted 380 --real 40 --weights qwen2.5-1.5b-instruct-q4_k_m.gguf
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import OpenAI

from bench.shared.server import KEY, Server, install

PLACES = {
    "en": "Whitby Ludlow Hexham Durham Conwy Dover Exeter Falmouth Grimsby Hereford Ipswich Kendal",
    "fr": "Angers Colmar Dieppe Épinal Fougères Grasse Honfleur Issoire Jarnac Kaysersberg Laon Menton",
    "ar": "عمران إدفو فاس حمص يافا القيروان صنعاء أسوان طنجة بابل زحلة نابلس",
    "zh": "大连 桂林 西安 成都 苏州 青岛 厦门 昆明 洛阳 南京 杭州 兰州",
}
LANGUAGES: dict[str, tuple[str, str, str]] = {
    "en": (
        "The bridge of {p} was opened in {year}. It is {length} metres long and carries {cars} cars a day. "
        "The engineer who drew it never saw it finished. Repairs in {repair} cost {cost} million crowns.",
        "How long is the bridge of {p}, in metres?",
        "The bridge of {p} is {length} metres long",
    ),
    "fr": (
        "Le pont de {p} fut ouvert en {year}. Il mesure {length} mètres et porte {cars} voitures par jour. "
        "L’ingénieur qui l’a dessiné ne l’a jamais vu achevé. Les travaux de {repair} ont coûté {cost} millions.",
        "Combien de mètres mesure le pont de {p} ?",
        "Le pont de {p} mesure {length} mètres",
    ),
    "ar": (
        "افتُتِحَ جسرُ {p} عامَ {year}. يبلغ طوله {length} متراً وتعبره {cars} سيارة كل يوم. "
        "لم يَرَ المهندس الذي رسمه اكتمالَه قط. وكلّف ترميمه عام {repair} نحو {cost} مليون.",
        "كم متراً يبلغ طول جسر {p}؟",
        "طول جسر {p} هو {length} متراً",
    ),
    "zh": (
        "{p}大桥于{year}年通车。全长{length}米，每天通过{cars}辆汽车。设计它的工程师从未见过它完工。{repair}年的维修花费了{cost}百万。",
        "{p}大桥全长多少米？",
        "{p}大桥全长{length}米",
    ),
}
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LEAST = 4
"""Words from which on the checker takes what stands in quotation marks for a quotation; of Chinese, twice as many
characters."""


@dataclass(frozen=True)
class Document:
    """A file with what it says."""

    name: str
    language: str
    text: str
    question: str
    answer: str
    length: str
    """The figure that answers the question."""
    sentences: tuple[str, ...]


def documents(random_: random.Random) -> list[Document]:
    """Make one file for each place: each place has one figure, and one language."""
    made: list[Document] = []
    for language, (body, question, answer) in LANGUAGES.items():
        for place in PLACES[language].split():
            figures = {
                "year": random_.randint(1850, 1999),
                "length": random_.randint(110, 990),
                "cars": random_.randint(2, 90) * 1000 + 7,
                "repair": random_.randint(2000, 2024),
                "cost": random_.randint(11, 99),
            }
            values = {name: str(value) for name, value in figures.items()}
            if language == "ar":
                values = {name: value.translate(DIGITS) for name, value in values.items()}
            text = f"# {place}\n\n" + body.format(p=place, **values) + "\n"
            sentences = tuple(
                each.strip() for each in re.split(r"(?<=[.。؟])\s*", text.split("\n\n")[1]) if each.strip()
            )
            told = [each.format(p=place, **values) for each in (question, answer)]
            made.append(
                Document(f"{place}-{language}.md", language, text, told[0], told[1], str(figures["length"]), sentences)
            )
    return made


def written(document: Document, random_: random.Random) -> str:
    """Return an answer as a model might write it, good or bad."""
    true = random_.choice(document.sentences)
    false = true.replace(true[len(true) // 2 : len(true) // 2 + 6], " nowhere ", 1)
    bare = "".join(each for each in unicodedata.normalize("NFD", true) if unicodedata.category(each) != "Mn")
    marks = random_.choice(("«»", "“”", '""', "「」", "„“"))
    number = random_.choice((1, 2, 3, 4, 5, 6, 40, 977))
    kinds = (
        f"{document.answer} [{number}].",
        f"{document.answer} [{number}-{number + 2}], [2, {number}].",
        f"{document.answer}. [{number}][3] 【2】",
        f"{marks[0]}{true}{marks[1]} [{number}]",
        f"{marks[0]}{bare.lower()}{marks[1]}",
        f"{marks[0]}{false}{marks[1]} [{number}].",
        f"{marks[0]}{false}\n\nNext [{number}].",
        f"> {true}\n\n> {false}\n\nso [{number}]",
        f"{marks[0]}{true[: len(true) // 3]} … {true[-len(true) // 3 :]}{marks[1]} [{number}]",
        f'{document.answer} 123456 [{number}]. `x[1]` and ```\na[{number}] = "never said by anybody here"\n```',
        f"{marks[0]}{true}",
        f"x {marks[0]}{true} [{number}]{marks[1]} y {marks[0]}{false}{marks[1]} z",
    )
    return random_.choice(kinds)


def wrong(text: str, annotations: list[Any], sources: dict[str, str]) -> list[str]:
    """Return what is wrong with an answer: the independent checker."""
    found: list[str] = []
    for each in annotations:
        source = sources.get(each["file_id"])
        if source is None or source[each["start"] : each["end"]] != each["quote"] or not each["quote"].strip():
            found.append(f"citation {each['quote']!r} is not at {each['start']}")
        if not 0 <= each["index"] <= len(text):
            found.append(f"citation outside of the text: {each['index']}")
    plain = re.sub(r"```.*?(```|\Z)|`[^`\n]*`", " ", text, flags=re.S)
    shown = re.findall(r"«(.+?)»|“(.+?)”|„(.+?)[“”]|「(.+?)」|(?<!\w)\"(\S.*?\S)\"", plain, flags=re.S)
    shown += [(line,) for line in re.findall(r"^ {0,3}>[ ]?(.+)$", plain, flags=re.M)]
    for groups in shown:
        words = next(filter(None, groups))
        chinese = len(re.findall(r"[\u4e00-\u9fff]", words))
        if len(words.split()) < LEAST and chinese < 2 * LEAST:
            continue
        for piece in re.split(r"…", words):
            if squeezed(piece) and not any(squeezed(piece) in squeezed(source) for source in sources.values()):
                found.append(f"quotation {words!r} stands nowhere")
                break
    return found


def squeezed(text: str) -> str:
    """Return the letters and digits of a text."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LN")


def right(document: Document, file_id: str, message: dict[str, Any]) -> bool:
    """Tell whether an answer says the figure, and cites the sentence that has it."""
    said = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in message["text"])
    cited = [each["quote"] for each in message["annotations"] if each["file_id"] == file_id]
    figures = ["".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in quote) for quote in cited]
    return document.length in said and any(document.length in each for each in figures)


def text_of(response: Any) -> dict[str, Any]:
    """Return the text part of the last message."""
    for item in reversed(response.to_dict()["output"]):
        if item["type"] == "message":
            return item["content"][0]
    return {"text": "", "annotations": []}


def main() -> None:
    """Ask, check, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scripted", type=int, default=380)
    parser.add_argument("--real", type=int, default=0)
    parser.add_argument("--weights", default="", help="a GGUF file of a chat model, for --real")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    corpus = documents(random_)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        model = install(data, options.weights if options.real else "")
        data.mkdir(exist_ok=True)
        # One conversation at a time: a large cache would take longer to make than an answer.
        sized = {"slots": 1, "context": 4096} if options.real else {}
        with Server(data, scripted="true", **sized) as server:
            report = run(
                OpenAI(base_url=f"{server.url}/v1", api_key=KEY, timeout=1800), model, corpus, random_, options
            )
    print(json.dumps(report, ensure_ascii=False))
    sys.exit(1 if report["wrong"] else 0)


def run(client: OpenAI, model: str, corpus: list[Document], random_: random.Random, options: Any) -> dict[str, Any]:
    """Answer all questions; returns what came of it."""
    ids = {
        document.name: client.files.create(file=(document.name, document.text.encode()), purpose="assistants").id
        for document in corpus
    }
    sources = {ids[document.name]: document.text for document in corpus}
    store = client.vector_stores.create(file_ids=list(ids.values()))
    while client.vector_stores.retrieve(store.id).file_counts.in_progress:
        time.sleep(0.2)
    tool: Any = {"type": "file_search", "vector_store_ids": [store.id], "max_num_results": 3}
    counts: Counter[str] = Counter()
    wrongs: list[str] = []
    begun = last = time.monotonic()
    for number in range(options.scripted + options.real):
        scripted = number < options.scripted
        document = random_.choice(corpus)
        if scripted:
            call = {"tool_call": {"name": "file_search", "arguments": {"queries": [document.question]}}}
            # Spelt so that it is not in the question: people may have their own words repeated.
            spelt = "".join(f"\\u{ord(each):04x}" for each in written(document, random_))
            asked = f'!script [{json.dumps(call)}, {{"text": "{spelt}"}}]'
            response = client.responses.create(model="scripted", input=asked, tools=[tool])
        else:
            response = client.responses.create(
                model=model, input=document.question, tools=[tool], tool_choice={"type": "file_search"},
                temperature=0, max_output_tokens=150,
            )  # fmt: skip
        message = text_of(response)
        found = wrong(message["text"], message["annotations"], sources)
        wrongs += [f"{document.name}: {each}" for each in found]
        kind = "scripted" if scripted else "real"
        counts[f"{kind}_answers"] += 1
        counts[f"{kind}_citations"] += len(message["annotations"])
        counts[f"{kind}_checks"] += len(message.get("checks") or ())
        if not scripted:
            good = right(document, ids[document.name], message)
            counts["real_right"] += good
            counts[f"real_{document.language}"] += 1
            counts[f"real_{document.language}_right"] += good
            counts["real_cited"] += bool(message["annotations"])
            now = time.monotonic()
            line = {
                "number": number, "file": document.name, "right": good, "wrong": found, "seconds": round(now - last),
                "cited": [each["quote"] for each in message["annotations"]], "text": message["text"],
                "input_tokens": response.usage.input_tokens, "output_tokens": response.usage.output_tokens,
            }  # fmt: skip
            print(json.dumps(line, ensure_ascii=False), flush=True)
            last = now
    return {**counts, "seconds": round(time.monotonic() - begun), "wrong": wrongs[:20], "wrong_count": len(wrongs)}


if __name__ == "__main__":
    main()
