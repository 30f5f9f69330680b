"""What is the answer, and which words prove it?  Read `rag.answer` first.

question → analysis → hits (index.search) → evidence → reader → claims → verification → answer
"""
