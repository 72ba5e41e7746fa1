import pytest

from atomlint.kinds import kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app/main.py", "python"),
        ("app/main.pyi", "python"),
        (".env.py", "python"),
        ("fly.api.toml", "toml"),
        (".env", "dotenv"),
        ("deploy/.env.production", "dotenv"),
        ("deploy/staging.env", "dotenv"),
        (".environment", "other"),
        ("env", "other"),
        ("Dockerfile", "dockerfile"),
        ("api/Dockerfile.dev", "dockerfile"),
        ("api/worker.Dockerfile", "dockerfile"),
        ("Dockerfile-notes", "other"),
        ("CLAUDE.md", "markdown"),
        ("Dockerfile.md", "markdown"),
        ("Procfile", "procfile"),
        ("Procfile.dev", "procfile"),
        (".github/workflows/ci.yml", "yaml"),
        ("a.yaml", "yaml"),
        ("docs/a.markdown", "markdown"),
        ("run.sh", "shell"),
        (".envrc", "shell"),
        ("Makefile", "ini"),
        ("web/justfile", "ini"),
        ("Makefile.am", "other"),
        ("foo.envrc", "other"),
        ("setup.cfg", "ini"),
        (".npmrc", "ini"),
        ("py", "other"),
        ("", "other"),
        ("dir.py/data", "other"),
    ],
)
def test_a_path_names_its_kind(path, kind):
    assert kind_of(path) == kind
