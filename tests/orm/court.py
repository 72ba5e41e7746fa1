"""SQLAlchemy as a judge: run by any interpreter that has it, it answers one request a line with what the models provoke.

A request is ``{"files": {path: text}, "modules": [name, ...]}`` for models given as texts, or ``{"root": directory,
"modules": [...]}`` for models on disk. An answer is ``{"outcomes": [...], "classes": number}``. Each request is judged in a
child forked from this process, which has SQLAlchemy loaded: 17 ms instead of 0.8 s. A request ``[request, ...]`` is judged
in one child, one after the other, and answered by a list: a fork less for each.

Statements of texts are executed one by one, and mappers are configured property by property: independent failures are all
seen, not the first alone. Mappers are configured only when everything could be imported.
"""

from __future__ import annotations
import __future__

import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path

SECONDS = 60
"""After which a child is ended."""
PRELOADED = (
    "sqlalchemy", "sqlalchemy.orm", "sqlalchemy.ext.declarative", "sqlalchemy.ext.hybrid", "sqlalchemy.ext.associationproxy",
    "sqlalchemy.ext.orderinglist", "sqlalchemy.dialects.postgresql", "dataclasses", "uuid", "decimal", "datetime", "enum",
)  # fmt: skip

LOADED = set()
"""Modules that are no models."""

DECLARED = set()
"""The properties that mappers had before they were configured: others were made by backrefs."""


def bound(statement):
    """The names that a statement binds."""
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


class Texts(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules from texts, whose statements are executed one by one; a failing one is recorded and passed over."""

    def __init__(self, files, record):
        self.files = files
        self.record = record

    def find_spec(self, name, path=None, target=None):
        base = name.replace(".", "/")
        for file in (f"{base}/__init__.py", f"{base}.py"):
            if file in self.files:
                is_package = file.endswith("/__init__.py")
                spec = importlib.util.spec_from_loader(name, self, origin=file, is_package=is_package)
                if is_package:
                    spec.submodule_search_locations = [f"<texts>/{base}"]
                return spec
        if any(file.startswith(f"{base}/") for file in self.files):
            return importlib.util.spec_from_loader(name, self, origin=f"{base}/__init__.py", is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        module.__file__ = path
        tree = ast.parse(self.files.get(path, ""), path)
        flags = 0
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                flags = sum(getattr(__future__, alias.name).compiler_flag for alias in statement.names)
            code = compile(ast.Module([statement], []), path, "exec", flags, True)
            try:
                exec(code, module.__dict__)
            except Exception as error:
                if not self.record.is_consequence(error):
                    self.record.failed(error, "import")
                self.record.lost.update(bound(statement))


def declared(frame):
    """Class and attribute of the relationship that a frame of SQLAlchemy works on: what makes it, where a backref did."""
    prop = frame.f_locals.get("self")
    if type(prop).__name__ not in ("RelationshipProperty", "Relationship", "_RelationshipDeclared"):
        return None
    if getattr(prop, "parent", None) is None:
        return None
    if hasattr(prop.argument, "class_") and prop.back_populates and prop not in DECLARED:
        return prop.argument.class_.__name__, prop.back_populates
    return prop.parent.class_.__name__, prop.key


class Record:
    """What happened, with the class and attribute whose definition or configuration provoked it."""

    def __init__(self, files, root):
        self.files = files
        self.root = root
        self.outcomes = []
        self.phase = "import"
        self.at = ("", "")
        self.trees = {}
        self.lost = set()
        """Names whose statement failed."""

    def is_consequence(self, error):
        """Whether an error only says that an earlier statement failed."""
        text = str(error)
        if isinstance(error, ImportError) and "partially initialized" in text:
            return False
        return isinstance(error, (NameError, ImportError)) and any(f"name '{name}'" in text for name in self.lost)

    def failed(self, error, phase):
        if getattr(error, "_recorded", False):
            return
        try:
            error._recorded = True
        except AttributeError:
            pass
        frames, at = [], None
        for frame, line in traceback.walk_tb(error.__traceback__):
            frames.append((frame.f_code.co_filename, line))
            at = declared(frame) or at
        self.add("error", type(error).__name__, str(error), frames, phase, at)

    def warned(self, message, category, filename, lineno, file=None, line=None):
        frames, frame, at = [], sys._getframe(1), None
        while frame is not None:
            frames.append((frame.f_code.co_filename, frame.f_lineno))
            at = at or declared(frame)
            frame = frame.f_back
        self.add("warning", category.__name__, str(message), frames[::-1], self.phase, at)

    def add(self, severity, exception, message, frames, phase, at=None):
        path, line = self.place(frames) if phase == "import" else ("", 0)
        owner, attribute = self.statement(path, line) if path else at or self.at
        outcome = {
            "severity": severity, "exception": exception, "message": message, "owner": owner, "attribute": attribute,
            "path": path, "line": line, "phase": phase,
        }  # fmt: skip
        if outcome not in self.outcomes:
            self.outcomes.append(outcome)

    def place(self, frames):
        """The innermost frame in the models' own text."""
        for filename, line in reversed(frames):
            if filename in self.files:
                return filename, line
            if self.root and filename.startswith(self.root + "/") and "/site-packages/" not in filename:
                return os.path.relpath(filename, self.root), line
        return "", 0

    def statement(self, path, line):
        """Class and attribute of the statement at a line; the name that a statement outside of classes binds."""
        if path not in self.trees:
            try:
                text = Path(self.root, path).read_text("utf-8")
            except OSError:
                text = ""
            self.trees[path] = ast.parse(self.files.get(path, text))
        owner = attribute = ""
        found = [
            node
            for node in ast.walk(self.trees[path])
            if isinstance(node, (ast.ClassDef, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Expr))
            and min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) <= line <= node.end_lineno
        ]
        for node in sorted(found, key=lambda node: (node.lineno, -node.end_lineno)):
            if isinstance(node, ast.ClassDef):
                owner, attribute = node.name, ""
            elif isinstance(node, ast.Expr):
                mapped = getattr(node.value, "args", ())
                owner = owner or (mapped[0].id if mapped and isinstance(mapped[0], ast.Name) else "")
            elif isinstance(node, ast.FunctionDef):
                attribute = attribute or (node.name if owner else "")
            elif not attribute:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name):
                    owner, attribute = (owner, target.id) if owner else (target.id, "")
        return owner, attribute


def judged(request):
    """The answer to one request; to be run in a process of its own."""
    files, root = request.get("files", {}), str(Path(request["root"]).resolve()) if "root" in request else ""
    record = Record(files, root)
    if root:
        sys.path.insert(0, root)
    else:
        sys.meta_path.insert(0, Texts(files, record))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = record.warned
        for module in request["modules"]:
            try:
                importlib.import_module(module)
            except Exception as error:
                record.failed(error, "import")
        count = 0
        if not any(o["severity"] == "error" for o in record.outcomes):
            count = configure(record)
            inspect_tables(record)
    return {"outcomes": record.outcomes, "classes": count, "lost": sorted(record.lost)}


def configure(record):
    """``configure_mappers()`` that goes on after a failure. The number of mappers."""
    from sqlalchemy.orm import mapperlib

    record.phase = "configure"
    mapperlib.Mapper.dispatch._for_class(mapperlib.Mapper).before_configured()
    mapperlib._already_compiling = True  # asking a mapper for its columns must not start the real thing
    count = 0
    for registry in mapperlib._all_registries():
        DECLARED.update(prop for mapper in registry.mappers for prop in mapper._props.values())
    for registry in sorted(
        mapperlib._all_registries(), key=lambda registry: min([m.class_.__name__ for m in registry.mappers], default="")
    ):
        mappers = list(registry._mappers_to_configure())
        count += len(mappers)
        for mapper in mappers:
            for key, prop in list(mapper._props.items()):
                record.at = (mapper.class_.__name__, key)
                try:
                    if prop.parent is mapper and not prop._configure_finished:
                        prop.init()
                    if prop._configure_finished:
                        prop.post_instrument_class(mapper)
                except Exception as error:
                    prop._configure_started = False  # the other side must not read what this one lacks
                    record.failed(error, "configure")
            mapper._expire_memoizations()
            mapper.configured = True
    return count


def metadatas():
    """Every MetaData of mapped tables and of ``Table`` objects that the models' modules hold."""
    from sqlalchemy import MetaData, Table

    found = {}
    for name in sys.modules.keys() - LOADED:
        module = sys.modules[name]
        for value in list(getattr(module, "__dict__", {}).values()):
            for one in (value, getattr(value, "metadata", None) if isinstance(value, (type, Table)) else None):
                if isinstance(one, MetaData):
                    found[id(one)] = one
    return found.values()


def variable(table):
    """The name that a module of the models binds to a table."""
    for name in sorted(sys.modules.keys() - LOADED):
        for bound, value in list(getattr(sys.modules[name], "__dict__", {}).items()):
            if value is table:
                return bound
    return ""


def owners(table, column=None):
    """The class that maps a table, that of the base first, and the attribute of a column; the table's own names without one."""
    from sqlalchemy.orm import mapperlib

    found = [
        mapper
        for registry in mapperlib._all_registries()
        for mapper in registry.mappers
        if mapper.local_table is table and (column is None or column in mapper._columntoproperty)
    ]
    if not found:
        return variable(table) or table.name, "" if column is None else column.key
    first = min(found, key=lambda mapper: len(list(mapper.iterate_to_root())))
    return first.class_.__name__, "" if column is None else first._columntoproperty[column].key


def inspect_tables(record):
    """What creating the tables would meet: foreign keys that lead nowhere, circles, indexes of one name."""
    record.phase = "tables"
    for metadata in metadatas():
        tables = list(metadata.tables.values())
        for table in tables:
            for key in table.foreign_keys:
                record.at = owners(table, key.parent)
                try:
                    key.column  # noqa: B018
                except Exception as error:
                    record.failed(error, "tables")
        record.at = ("", "")
        try:
            metadata.sorted_tables  # noqa: B018
        except Exception:
            pass  # said above, foreign key by foreign key
        names = {}
        for table in tables:
            for index in table.indexes:
                names.setdefault((table.schema, index.name), []).append(owners(table)[0])
        for (_, name), of in names.items():
            for owner in of[1:] if name is not None else ():
                record.at = (owner, str(name))
                record.add("error", "DuplicateIndexName", f"index {name} already exists", [], "tables")


def forget():
    """Take back what judging left in this process: modules, mappers, and what ``typing`` keeps."""
    import typing

    from sqlalchemy.orm import clear_mappers, mapperlib

    mapperlib._already_compiling = False
    clear_mappers()
    DECLARED.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Texts)]
    for name in sys.modules.keys() - LOADED:
        if hasattr(sys.modules[name], "__spec__") and isinstance(
            getattr(sys.modules[name].__spec__, "loader", None), Texts
        ):
            del sys.modules[name]
    for cleanup in typing._cleanups:
        cleanup()


def judged_safely(request):
    """The answer to one request, or what it failed of."""
    signal.alarm(SECONDS)
    try:
        return judged(request)
    except BaseException:
        return {"crash": traceback.format_exc()}


def judged_all(request):
    """The answer to a request, or to each of a list."""
    if not isinstance(request, list):
        return judged_safely(request)
    said = []
    for one in request:
        said.append(judged_safely(one))
        forget()
    return said


def answer(line, stdout):
    """Judge in a child, and write what it says."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        said = judged_all(json.loads(line))
        with os.fdopen(write, "w", encoding="utf-8") as file:
            file.write(json.dumps(said))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as file:
        said = file.read()
    os.waitpid(pid, 0)
    stdout.write((said or json.dumps({"crash": "the child ended without an answer"})) + "\n")
    stdout.flush()


def main():
    """Say the version, then answer requests until the input ends; the arguments name further libraries to load."""
    import gc

    import sqlalchemy

    libraries = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*PRELOADED, *sys.argv[1:]):
            try:
                importlib.import_module(name)
                libraries.append(name)
            except ImportError:
                pass
    gc.collect()
    gc.freeze()
    gc.disable()  # a child does not live long enough
    LOADED.update(sys.modules)
    print(json.dumps({"version": sqlalchemy.__version__, "libraries": libraries}), flush=True)
    for line in sys.stdin:
        answer(line, sys.stdout)


if __name__ == "__main__":
    main()
