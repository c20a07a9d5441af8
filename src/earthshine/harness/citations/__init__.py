"""Quotations that are true: a model cites numbers of sentences, and the server cuts the words from what is stored.

`sentences` cuts passages up, `sources` numbers them and shows them to a model, `grammar` leaves it only those numbers,
`reader` takes the marks out of what it writes and yields citations, `typed` judges what it quoted in its own typing,
and `checks` asks whether the figures of a cited sentence stand in its passage.
"""
