"""Which passages match?  Documents in, ranked passages out.

The story is told by `index.build` (folder → library) and `index.search` (question → hits).
Nothing is imported here, so that using one record never loads a search engine.
"""
