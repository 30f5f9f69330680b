"""Asks a page that `wenzheng ui` serves, as a program would: python examples/client.py [ADDRESS [QUESTION]]

Needs `pip install gradio_client` and nothing else of Wenzheng.
"""

from __future__ import annotations

import sys

from gradio_client import Client
from gradio_client.exceptions import AppError

ADDRESS = "http://127.0.0.1:7860"
QUESTION = "Why does Kazakhstan pursue middle-power status?"


def main(address: str = ADDRESS, question: str = QUESTION) -> None:
    """Lists the articles, asks a question, and reads around its first citation."""
    page = Client(address, verbose=False)
    try:
        articles = page.predict(api_name="/articles")
        print(f"{len(articles)} articles, the first: {articles[0]['title_zh'] or articles[0]['title_en']}")

        answer = page.predict(question=question, api_name="/ask")
        print(f"\n{question}\n{answer['text']}\n")
        if answer["refused"]:
            return
        for citation in answer["citations"]:
            place = f"{citation['source']} {citation['start']}–{citation['end']}"
            print(f"[{citation['number']}] {citation['title']} ({place})\n    {citation['quote']}")

        # A follow-up leans on the questions before it, and may be limited to documents.
        first = answer["citations"][0]
        more = page.predict(
            question="And what stands in its way?", history=[question], documents=[first["source"]], api_name="/ask"
        )
        print(f"\nAnd what stands in its way?\n{more['text']}\n")

        entries = page.predict(citations=answer["citations"], style="apa", api_name="/references")
        print("References\n" + "\n".join(entry["reference"] for entry in entries) + "\n")

        around = page.predict(source=first["source"], start=first["start"], end=first["end"], around=1, api_name="/passage")
        for sentence in around["sentences"]:
            print(f"{'>' if sentence['inside'] else ' '} {sentence['text']}")

        found = page.predict(question=question, k=3, api_name="/search")
        for hit in found["hits"]:
            print(f"{hit['rank']}. {hit['title']}: {hit['text'][:60]}")
    except AppError as error:  # one sentence: what was found, what was wanted
        sys.exit(error.message if hasattr(error, "message") else str(error))


if __name__ == "__main__":
    main(*sys.argv[1:3])
