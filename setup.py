"""Packages: the engine under its own name, and ``rules/`` installed as ``atomlint_rules``."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["atomlint", "atomlint.*"]),
        "atomlint_rules",
        *(f"atomlint_rules.{name}" for name in find_packages("rules")),
    ],
    package_dir={"atomlint_rules": "rules"},
    package_data={"atomlint": ["py.typed", "output/*.json"], "atomlint_rules": ["catalog/*.toml", "py.typed"]},
)
