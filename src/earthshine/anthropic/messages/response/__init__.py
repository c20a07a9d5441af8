"""Messages that one generation does not make: with files, citations or tools of the server, they are responses.

A translation to and from the one lifecycle that `responses` has: same run, same limits, same charge.
"""
