"""`python -m earthshine`: the same as the `earthshine` command."""

from earthshine.cli import main

main()
