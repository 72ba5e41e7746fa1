"""Mode variables: which branches hang on one, and what they decide."""

from __future__ import annotations

import pytest
from index_project import index_of


def guards(text: str, **others: str) -> list[tuple[str, str, int]]:
    """Variable, consequence and line of the test of every guard of ``app.py``."""
    index = index_of({"app.py": text, **{f"{name}.py": other for name, other in others.items()}})
    return [(g.name, g.consequence, g.span.start.line) for g in index.mode_guards if g.path == "app.py"]


@pytest.mark.parametrize(
    "test",
    [
        'ENV == "production"',
        '"production" == ENV',
        'ENV.lower() == "prod"',
        'ENV in ("production", "prod")',
        'ENV not in ("dev", "test")',
        'ENV != "dev"',
        'not ENV == "dev"',
        'ENV.startswith("prod")',
        '"prod" in ENV',
        'ENV == "production" and other',
        "IS_PROD",
        "is_prod()",
        "not IS_DEV",
    ],
)
def test_a_test_that_production_passes_alone(test: str) -> None:
    text = f"""
        import os
        ENV = os.getenv("APP_ENV", "dev")
        IS_PROD = ENV == "production"
        IS_DEV = ENV == "dev"
        def is_prod():
            return ENV == "production"
        if {test}:
            raise RuntimeError("no")
    """
    assert guards(text) == [("APP_ENV", "abort", 7)]


@pytest.mark.parametrize(
    ("read", "test"),
    [
        ('os.getenv("APP_ENV", "production")', 'ENV == "production"'),
        ('os.environ["APP_ENV"]', 'ENV == "production"'),
        ('os.getenv("NODE_ENV", "dev")', 'ENV == "production"'),
        ('os.getenv("VIRTUAL_ENV")', 'ENV == "production"'),
        ('os.getenv("PLAID_ENV", "dev")', 'ENV == "production"'),
        ('os.getenv("APP_ENV", "dev")', 'ENV == "production" or os.getenv("NODE_ENV") == "production"'),
        ('os.getenv("APP_ENV", "dev")', 'ENV == "production" or other'),
        ('os.getenv("APP_ENV", "dev")', 'ENV == "staging"'),
        ('os.getenv("APP_ENV", default)', 'ENV == "production"'),
        ('os.getenv("COLOUR", "dev")', 'ENV == "production"'),
    ],
)
def test_a_test_that_says_nothing_of_a_missing_mode(read: str, test: str) -> None:
    assert guards(f"import os\nENV = {read}\nif {test}:\n    raise RuntimeError\n") == []


def test_a_branch_that_is_taken_by_development_only_can_choose_the_database() -> None:
    text = """
        import os
        def url():
            if os.getenv("ENVIRONMENT", "development") == "production":
                return os.environ["DATABASE_URL"]
            return "sqlite:///dev.db"
    """
    index = index_of({"app.py": text})
    guard = min(index.mode_guards, key=lambda g: ("database", "abort", "secret", "setting").index(g.consequence))
    assert (guard.consequence, guard.default, guard.value) == ("database", "development", "production")
    assert (guard.span.start.line, guard.effect_span.start.line) == (3, 5)
    assert guard.read.name == "ENVIRONMENT"


def test_the_word_that_the_code_knows_is_the_value_to_set() -> None:
    index = index_of({"app.py": 'import os\nif os.getenv("APP_ENV") == "prod":\n    raise RuntimeError\n'})
    assert index.mode_guards[0].value == "prod"


def test_a_conditional_value_is_a_guard() -> None:
    text = """
        import os
        SECRET_KEY = os.environ["SECRET_KEY"] if os.getenv("ENV", "dev") == "production" else "insecure"
    """
    assert guards(text) == [("ENV", "secret", 2)]


def test_a_branch_that_only_tells_is_none() -> None:
    text = """
        import logging, os
        if os.getenv("ENV", "dev") == "production":
            logging.getLogger("app").info("production")
            print("production")
    """
    assert guards(text) == []


def test_elif_and_nested_tests_are_pointed_at() -> None:
    text = """
        import os
        ENV = os.getenv("ENV", "dev")
        def check(other):
            if other:
                pass
            elif other == 2:
                if ENV == "production":
                    raise RuntimeError
            else:
                return
    """
    assert guards(text) == [("ENV", "abort", 7)]


def test_a_mode_from_another_module_and_a_settings_class() -> None:
    config = """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            environment: str = "development"
            @property
            def is_production(self):
                return self.environment == "production"
        settings = Settings()
    """
    text = "from config import settings\nif settings.is_production:\n    raise SystemExit(1)\n"
    assert guards(text, config=config) == [("ENVIRONMENT", "abort", 2)]
