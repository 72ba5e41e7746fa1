"""Every error and warning that SQLAlchemy raises at class definition, at configuration, or when tables are made.

Read from the sources of 1.4, 2.0 and 2.1: the kind, and a pattern of the message. A written case must provoke each.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One ``raise`` or ``warn`` of SQLAlchemy."""

    kind: str
    severity: str
    pattern: str
    versions: tuple[str, ...] = ("1.4", "2.0", "2.1")
    """Those that say it."""


ROWS = tuple(
    Row(*row)
    for row in [
        # while classes are defined
        ("duplicate-table", "error", r"is already defined for this MetaData instance"),
        ("duplicate-class", "warning", r"already contains a class with the same class name and module name"),
        ("class-vs-module-name", "error", r"matches both a class name and a module name"),
        ("reserved-attribute", "error", r"Attribute name 'metadata' is reserved", ("1.4", "2.0")),
        ("reserved-attribute", "warning", r"Attribute name '\w+' should be left reserved"),
        ("missing-primary-key", "error", r"could not assemble any primary key columns for mapped table"),
        ("missing-primary-key", "warning", r"Could not assemble any primary keys for locally mapped table"),
        ("missing-table", "error", r"does not have a __table__ or __tablename__ specified"),
        ("mixin-relationship", "error", r"must be declared as @declared_attr callables on declarative mixin classes"),
        (
            "mixin-column",
            "error",
            r"Columns with foreign keys to (?:non-table-bound|other) columns must be declared as",
        ),
        ("trailing-comma", "warning", r"Ignoring declarative-like tuple value of attribute"),
        ("non-schema-expression", "warning", r"appears to be a non-schema"),
        ("declared-attr-on-mapped", "warning", r"Regular \(i\.e\. not __special__\) attribute"),
        ("annotation", "error", r"can't be correctly interpreted"),
        ("annotation", "error", r"Could not locate SQLAlchemy Core type"),
        (
            "annotation",
            "error",
            r"The type provided inside the '\w+' attribute Mapped annotation is the SQLAlchemy type",
        ),
        (
            "annotation",
            "error",
            r"The object provided inside the '\w+' attribute Mapped annotation is not a Python type",
        ),
        ("annotation", "error", r"Could not interpret annotation"),
        ("annotation", "error", r"Could not (?:de-stringify annotation|resolve all types within mapped annotation)"),
        ("annotation", "error", r"Python typing annotation is required for attribute"),
        ("annotation", "error", r"Collection annotation type .* cannot be instantiated"),
        ("annotation", "error", r"Generic alias .* requires an argument|^__args__$"),
        ("backref-and-back-populates", "error", r"keyword arguments are mutually exclusive"),
        ("viewonly-flags", "error", r"sync_backref and viewonly cannot both be True"),
        ("viewonly-flags", "warning", r"while also setting viewonly=True does not make sense"),
        ("cascade-backrefs", "error", r"The 'cascade_backrefs' parameter"),
        ("omit-join", "warning", r"setting omit_join to True is not supported"),
        ("cascade-option", "error", r"Invalid cascade option\(s\)"),
        ("cascade-option", "warning", r"The 'delete-orphan' cascade option requires 'delete'"),
        ("unknown-keyword", "error", r"got an unexpected keyword argument"),
        ("unknown-keyword", "error", r"Additional arguments should be named <dialectname>_<argument>"),
        ("table-args", "error", r"__table_args__ value must be a tuple, dict, or None"),
        ("table-args", "error", r"'SchemaItem' object, such as a 'Column' or a 'Constraint' expected"),
        ("sti-table-args", "error", r"Can't place __table_args__ on an inherited class with no table"),
        ("sti-primary-key", "error", r"Can't place primary key columns on an inherited class with no table"),
        ("sti-column-conflict", "error", r"conflicts with existing column"),
        ("sti-columns-no-table", "error", r"Can't declare columns on single-table-inherited subclass"),
        ("column-with-table", "error", r"Can't add additional columns? .* when specifying __table__"),
        ("multiple-mapped-bases", "error", r"has multiple mapped bases"),
        (
            "already-mapped",
            "error",
            r"already has a primary mapper defined|already has been instrumented declaratively",
        ),
        ("inheritance-no-fk", "error", r"Can't (?:determine|find) the inherit condition .* no foreign key"),
        ("inheritance-ambiguous-fk", "error", r"Can't determine the inherit condition .* more than one foreign key"),
        ("polymorphic-identity", "warning", r"does not indicate a '?polymorphic_identity'?"),
        ("polymorphic-identity", "warning", r"Reassigning polymorphic association for identity"),
        ("polymorphic-on", "error", r"Can't determine polymorphic_on value"),
        ("polymorphic-abstract", "error", r"The Mapper\.polymorphic_abstract parameter may only be used"),
        ("polymorphic-load", "error", r"unknown argument for polymorphic_load"),
        ("inherited-column-conflict", "warning", r"Implicitly combining column"),
        ("inherited-column-conflict", "error", r"Implicitly combining column"),
        ("column-relationship-collision", "error", r"WARNING: when configuring property"),
        ("duplicate-column-name", "error", r"A column with name '\w+' is already present in table"),
        ("duplicate-column-name", "warning", r"named directly multiple times, only one will be used"),
        ("column-shared", "error", r"already assigned to Table"),
        ("column-args", "error", r"keyword argument on Column is boolean only|'(?:index|unique)' keyword argument"),
        ("column-args", "error", r"May not pass (?:name|type_) positionally and as a keyword"),
        ("column-args", "error", r"ColumnDefault Python function takes zero or one positional arguments"),
        ("column-args", "error", r"A generated column cannot specify a server_default|with an? ['\w]*Identity"),
        ("constraint-column", "error", r"no column named '\w+' is present"),
        ("fk-constraint", "error", r"number of constrained columns must match"),
        ("fk-constraint", "error", r"ForeignKeyConstraint with duplicate source column references", ("1.4", "2.0")),
        ("fk-constraint", "error", r"refers to multiple remote tables"),
        (
            "fk-spec",
            "error",
            r"not bound to a Table|column argument expected|foreign key constraint expected",
        ),
        ("name-error-in-class-body", "error", r"^name '\w+' is not defined"),
        ("circular-import", "error", r"cannot import name '\w+' from partially initialized module"),
        ("dataclass-default-order", "error", r"non-default argument"),
        ("dataclass-args", "error", r"includes dataclasses argument\(s\)"),
        ("dataclass-mixin", "warning", r"originates? from superclass .* which is not a dataclass", ("2.0",)),
        ("dataclass-mixin", "error", r"originates? from superclass .* which is not a dataclass"),
        ("dataclass-mixin", "error", r"is already a dataclass"),
        ("duplicate-validator", "error", r"A validation function for mapped attribute"),
        ("synonym", "error", r"Can't compile synonym"),
        ("declarative-base", "error", r"Cannot use 'DeclarativeBase' directly"),
        (
            "declarative-base",
            "error",
            r"has no 'registry' attribute|both a 'registry' attribute and a type_annotation_map entry",
        ),
        ("inherits-arg", "error", r"mapper inherits argument given for non-inheriting class"),
        ("del-method", "warning", r"__del__\(\) method on class"),
        ("pk-warning", "warning", r"not matching locally specified columns"),
        ("composite", "error", r"[Cc]omposite"),
        # when mappers are configured
        ("unknown-class-name", "error", r"failed to locate a name"),
        ("unknown-class-name", "error", r"seems to be using a generic class as the argument"),
        ("duplicate-class", "error", r"Multiple classes found for path"),
        ("string-expression", "error", r"does not have a mapped column named"),
        ("string-expression", "error", r"is not an instance of ColumnProperty"),
        ("relationship-to-table", "error", r"expects a class or a mapper argument"),
        ("unmapped-target", "error", r"is not mapped"),
        ("no-foreign-keys", "error", r"there are no foreign keys linking these tables\.  "),
        ("no-foreign-keys-secondary", "error", r"no foreign keys linking these tables via secondary table"),
        ("ambiguous-fk", "error", r"there are multiple foreign key paths linking the tables\.  "),
        ("ambiguous-fk-secondary", "error", r"multiple foreign key paths linking the tables via secondary table"),
        ("unresolved-fk-table", "error", r"could not find table"),
        ("unresolved-fk-column", "error", r"has no column named"),
        ("back-populates-missing", "error", r"has no property '\w+'"),
        ("back-populates-not-relationship", "error", r"that is not a relationship|object has no attribute"),
        ("back-populates-wrong-class", "error", r"which does not reference mapper"),
        ("same-direction", "error", r"are both of the same direction"),
        ("backref-conflict", "error", r"Error creating backref"),
        ("delete-orphan", "error", r"delete-orphan cascade is normally configured only on the"),
        ("passive-deletes-all", "error", r"can't set passive_deletes='all'"),
        ("secondary-mapped-class", "error", r"secondary argument .* passed to"),
        (
            "secondaryjoin-without-secondary",
            "error",
            r"specified with secondary join condition but no secondary argument",
        ),
        ("primaryjoin-no-foreign", "error", r"Could not locate any relevant foreign key columns"),
        ("primaryjoin-no-equality", "error", r"Could not locate any simple equality expressions"),
        ("direction", "error", r"Can't determine relationship direction .* both the parent and the child"),
        ("direction", "error", r"Can't determine relationship direction .* neither the parent nor the child"),
        ("local-remote", "error", r"could not determine any unambiguous local/remote column pairs"),
        ("local-remote", "warning", r"is marked as 'remote', but these column\(s\) are local"),
        ("viewonly-flags", "error", r"cannot specify sync_backref=True since"),
        ("backref-secondaryjoin", "error", r"Can't assign 'secondaryjoin' on a backref"),
        ("overlaps", "warning", r"which conflicts with relationship\(s\)"),
        ("dynamic-uselist", "error", r"loaders? cannot be used with many-to-one"),
        ("lazy-option", "error", r"Can't find strategy"),
        ("collection-class", "error", r"must elect an appender"),
        ("pk-combined", "warning", r"is being combined with distinct primary key column"),
        # when tables are made
        ("table-cycle", "warning", r"unresolvable cycles between tables"),
        ("duplicate-index", "error", r"index \w+ already exists"),
    ]
)

UNDECIDED = {
    "Can't build a DependencyProcessor": "nothing to write is left of a join that passed: no model is known that gets there",
    "One or more mappers failed to initialize": "what every later use of mappers raises: a consequence of another one",
    "Expected sub-type for Mapped[] annotation": "typing itself refuses Mapped[a, b] with a TypeError before",
    "Can not instrument a built-in type": "asks for a module __builtin__, which Python 3 does not have",
}
"""What no case provokes, and why."""
RULES = {"unresolved-fk-table": "unresolved-foreign-key", "unresolved-fk-column": "unresolved-foreign-key", "pk-combined": "pk-warning"}  # fmt: skip
"""Kinds that share a rule's id."""
