"""``python -m atomlint``."""

from .cli import main

main(prog_name="atomlint")
