"""Which kind of problem a message of SQLAlchemy speaks of, and the class and attribute that it names."""

from __future__ import annotations

import re
from typing import NamedTuple


class Told(NamedTuple):
    """One outcome: what the judge said, with its kind."""

    severity: str
    kind: str
    owner: str
    attribute: str
    phase: str
    message: str
    path: str = ""
    line: int = 0


NAME = r"(?P<cls>\w+)\.(?P<attr>\w+)"
KINDS = [
    # while classes are defined
    ("duplicate-table", r"Table '[^']+' is already defined for this MetaData instance"),
    ("duplicate-class", r"This declarative base already contains a class with the same class name and module name"),
    ("class-vs-module-name", r'name "(?P<cls>\w+)" matches both a class name and a module name'),
    ("class-vs-module-name", r"'_MultipleClassMarker' object has no attribute"),  # on 1.4
    ("reserved-attribute", r"Attribute name '(?P<attr>\w+)' is reserved"),
    ("reserved-attribute", r"Attribute name '(?P<attr>\w+)' should be left reserved"),
    ("missing-primary-key", r"could not assemble any primary key columns for mapped table"),
    ("missing-primary-key", r"Could not assemble any primary keys for locally mapped table"),
    ("missing-table", r"does not have a __table__ or __tablename__ specified and does not inherit"),
    ("mixin-relationship", r"Mapper properties \(i\.e\. deferred,.*must be declared as @declared_attr"),
    ("mixin-column", r"Columns with foreign keys to (?:non-table-bound|other) columns must be declared as @declared_attr"),
    ("trailing-comma", r"Ignoring declarative-like tuple value of attribute '?(?P<attr>\w+)'?"),
    ("non-schema-expression", r"Attribute '(?P<attr>\w+)' on class .* appears to be a non-schema"),
    ("declared-attr-on-mapped", r"Regular \(i\.e\. not __special__\) attribute '\w+\.(?P<attr>\w+)' uses @declared_attr"),
    ("declared-attr-on-mapped", r"Attribute '(?P<attr>\w+)' on class .* cannot be processed due to @declared_attr"),
    ("composite", r"Composite |composite"),
    ("annotation", r"Type annotation for \"(?P<cls>\w+)\.(?P<attr>\w+)\" can't be correctly interpreted"),
    ("annotation", r"Could not locate SQLAlchemy Core type"),
    ("annotation", r"The (?:type|object) provided inside the '(?P<attr>\w+)' attribute Mapped annotation"),
    ("annotation", r"Expected sub-type for Mapped\[\] annotation"),
    ("annotation", r"Could not interpret annotation"),
    ("annotation", r"Could not de-stringify annotation"),
    ("annotation", r"Could not resolve all types within mapped annotation"),
    ("annotation", r"Python typing annotation is required for attribute \"(?P<cls>\w+)\.(?P<attr>\w+)\""),
    ("annotation", r"Collection annotation type .* cannot be instantiated"),
    ("annotation", r"Generic alias .* requires an argument|Generic alias .* argument"),
    ("annotation", r"^__args__$"),  # typing.List without an element, on 2.1
    ("annotation", r"Use of .*Mapped.* annotation|Mapped\[\] received too many"),
    ("backref-and-back-populates", r"backref and back_populates keyword arguments are mutually exclusive"),
    ("viewonly-flags", r"sync_backref and viewonly cannot both be True"),
    ("viewonly-flags", r"Setting .* on relationship\(\) while also setting viewonly=True"),
    ("viewonly-flags", r"Cascade settings .* apply to persistence operations"),
    ("viewonly-flags", rf"[Rr]elationship {NAME} cannot specify sync_backref=True since"),
    ("cascade-backrefs", r"The 'cascade_backrefs' parameter"),
    ("omit-join", r"setting omit_join to True is not supported"),
    ("cascade-option", r"Invalid cascade option\(s\)"),
    ("cascade-option", r"The 'delete-orphan' cascade option requires 'delete'"),
    ("unknown-keyword", r"got an unexpected keyword argument"),
    ("unknown-keyword", r"Additional arguments should be named <dialectname>_<argument>"),
    ("unknown-keyword", r"Argument '\w+' is not accepted by dialect"),
    ("table-args", r"__table_args__ value must be a tuple, dict, or None"),
    ("table-args", r"'SchemaItem' object, such as a 'Column' or a 'Constraint' expected"),
    ("sti-table-args", r"Can't place __table_args__ on an inherited class with no table"),
    ("sti-primary-key", r"Can't place primary key columns on an inherited class with no table"),
    ("sti-column-conflict", r"Column '\w+' on class .* conflicts with existing column"),
    ("sti-columns-no-table", r"Can't declare columns on single-table-inherited subclass"),
    ("column-with-table", r"Can't add additional columns? '?(?P<attr>\w+)'? when specifying __table__"),
    ("multiple-mapped-bases", r"has multiple mapped bases"),
    ("already-mapped", r"has already been instrumented declaratively|already has been instrumented declaratively|already has a primary mapper defined"),
    ("inheritance-no-fk", r"Can't (?:determine|find) the inherit condition .* no foreign key"),
    ("inheritance-ambiguous-fk", r"Can't determine the inherit condition .* more than one foreign key"),
    ("polymorphic-identity", r"does not indicate a '?polymorphic_identity'?"),
    ("polymorphic-identity", r"Reassigning polymorphic association for identity"),
    ("polymorphic-on", r"Can't determine polymorphic_on value"),
    ("polymorphic-on", r"Only direct column-mapped property or SQL expression can be passed for polymorphic_on"),
    ("polymorphic-abstract", r"polymorphic_abstract"),
    ("polymorphic-load", r"unknown argument for polymorphic_load"),
    ("inherited-column-conflict", r"Implicitly combining column .* under attribute '(?P<attr>\w+)'"),
    ("column-relationship-collision", r"WARNING: when configuring property '(?P<attr>\w+)'"),
    ("column-relationship-collision", r"Property '?[\w.]+'? on .* being replaced|[Pp]roperty of that name.*column"),
    ("duplicate-column-name", r"A column with name '[^']+' is already present in table"),
    ("duplicate-column-name", r"Trying to redefine primary-key column"),  # on 1.4
    ("duplicate-column-name", r"On class '?\w+'?, Column object .* named directly multiple times"),
    ("column-shared", r"already assigned to Table"),
    ("column-args", r"keyword argument on Column is boolean only|The 'index' keyword argument|The 'unique' keyword argument"),
    ("column-args", r"May not pass (?:name|type_) positionally and as a keyword"),
    ("column-args", r"ColumnDefault Python function takes zero or one"),
    ("column-args", r"cannot specify a server_default|A column with a? ?Identity|A generated column|A column with an Identity"),
    ("constraint-column", r"Can't create .* on table '[^']+': no column named"),
    ("fk-constraint", r"ForeignKeyConstraint number of constrained columns"),
    ("fk-constraint", r"ForeignKeyConstraint with duplicate source column"),
    ("fk-constraint", r"ForeignKeyConstraint on .* refers to multiple remote tables"),
    ("fk-spec", r"ForeignKey received Column not bound to a Table|Column.* not bound to a Table"),
    ("fk-spec", r"ForeignKey.*(?:argument expected|expected)|String column name or Column object for DDL.* expected"),
    ("fk-spec", r"column argument expected"),
    ("name-error-in-class-body", r"^name '\w+' is not defined"),
    ("circular-import", r"cannot import name '\w+' from partially initialized module"),
    ("circular-import", r"partially initialized module .* has no attribute"),
    ("dataclass-mixin", r"When transforming .* to a dataclass, attribute"),
    ("dataclass-mixin", r"is already a dataclass"),
    ("dataclass-default-order", r"[Pp]ython dataclasses error encountered when creating dataclass"),
    ("dataclass-args", r"Attribute '(?P<attr>\w+)' on class .* includes dataclasses argument"),
    ("duplicate-validator", r"A validation function for mapped attribute '(?P<attr>\w+)'"),
    ("synonym", r"Can't compile synonym|map_column=True|synonym"),
    ("declarative-base", r"Cannot use 'DeclarativeBase' directly"),
    ("declarative-base", r"Declarative base class has (?:no 'registry' attribute|both)"),
    ("declarative-base", r"has both a 'registry' attribute"),
    ("declarative-base", r"has a 'registry' attribute that is not an instance"),
    ("inherits-arg", r"'inherits' argument given|mapper inherits argument given|An inherits"),
    ("del-method", r"__del__\(\) method on class"),
    ("pk-warning", r"specifies columns .* as primary_key=True, not matching locally specified columns"),
    # while mappers are configured
    ("unknown-class-name", r"expression .* failed to locate a name"),
    ("unknown-class-name", r"seems to be using a generic class as the argument"),
    ("duplicate-class", r"Multiple classes found for path"),
    ("unresolved-fk-table", r"Foreign key associated with column '.*' could not find table"),
    ("unresolved-fk-column", r"Could not initialize target column for ForeignKey"),
    ("string-expression", r"does not have a mapped column named"),
    ("string-expression", r"does not have any columns? named|Table .* has no"),
    ("string-expression", r"is not an instance of ColumnProperty"),
    ("string-expression", r"Column expression expected for argument"),
    ("relationship-to-table", r"expects a class or a mapper argument"),
    ("unmapped-target", r"^Class '[\w.]+' is not mapped|is not mapped$"),
    ("no-foreign-keys-secondary", rf"on relationship {NAME} - there are no foreign keys linking these tables via secondary table"),
    ("no-foreign-keys", rf"on relationship {NAME} - there are no foreign keys linking these tables"),
    ("ambiguous-fk-secondary", rf"on relationship {NAME} - there are multiple foreign key paths linking the tables via secondary table"),
    ("ambiguous-fk", rf"on relationship {NAME} - there are multiple foreign key paths linking the tables"),
    ("back-populates-missing", r"has no property '\w+'"),
    ("back-populates-not-relationship", r"refers to attribute .* that is not a relationship"),
    ("back-populates-not-relationship", r"'(?:ColumnProperty|CompositeProperty|SynonymProperty|MappedColumn)' object has no attribute"),
    ("back-populates-wrong-class", r"reverse_property .* references relationship .*, which does not reference mapper"),
    ("same-direction", r"are both of the same direction"),
    ("backref-conflict", r"Error creating backref"),
    ("delete-orphan", r"delete-orphan cascade is normally configured only on the"),
    ("passive-deletes-all", r"can't set passive_deletes='all'"),
    ("secondary-mapped-class", r"secondary argument .* passed to (?:to )?relationship"),
    ("secondaryjoin-without-secondary", r"specified with secondary join condition but no secondary argument"),
    ("primaryjoin-no-foreign", r"Could not locate any relevant foreign key columns"),
    ("primaryjoin-no-equality", r"Could not locate any simple equality expressions"),
    ("direction", r"Can't determine relationship direction"),
    ("local-remote", r"could not determine any unambiguous local/remote column pairs"),
    ("local-remote", r"Non-simple column elements in primary join condition"),
    ("local-remote", r"is marked as 'remote', but these column\(s\) are local"),
    ("backref-secondaryjoin", r"Can't assign 'secondaryjoin' on a backref|Can't assign .* on a backref"),
    ("overlaps", r"which conflicts with relationship\(s\)"),
    ("dynamic-uselist", r"'dynamic' loaders cannot be used|loader cannot be used with many-to-one"),
    ("lazy-option", r"Can't find strategy"),
    ("collection-class", r"Can not instrument a built-in type|must elect an appender|collection_class"),
    ("no-targets", r"Can't build a DependencyProcessor"),
    ("pk-combined", r"is being combined with distinct primary key column"),
    # afterwards
    ("table-cycle", r"unresolvable cycles between tables"),
    ("duplicate-index", r"^index \w+ already exists$"),
]  # fmt: skip
PATTERNS = [(kind, re.compile(pattern, re.DOTALL)) for kind, pattern in KINDS]
IGNORED = re.compile(
    r"MovedIn20Warning|RemovedIn20Warning|LegacyAPIWarning|Deprecat(?!.*dataclass)|is now available as|"
    r"Unmanaged access of declarative attribute|PydanticDeprecated|does \*not\* support Decimal"
)
"""Warnings about the age of a style, not about models."""


def kind_of(exception: str, message: str) -> tuple[str, dict[str, str]]:
    """The kind, and what the message names; the kind is ``other:<exception>`` for what nothing here knows."""
    for kind, pattern in PATTERNS:
        found = pattern.search(message)
        if found:
            return kind, {name: text for name, text in found.groupdict().items() if text}
    if exception == "KeyError" and message.startswith("'"):  # what 1.4 says of constraints
        return "constraint-column", {}
    if exception in ("AttributeError", "SyntaxError", "NameError"):
        return "string-expression", {}
    return f"other:{exception}", {}


def told(outcomes: list[dict]) -> list[Told]:
    """The judge's outcomes with their kinds, without those that are no statement on models."""
    found = []
    for one in outcomes:
        if one["severity"] == "warning" and IGNORED.search(f"{one['exception']} {one['message']}"):
            continue
        kind, names = kind_of(one["exception"], one["message"])
        if kind == "string-expression" and one["phase"] == "import":
            kind = "other:" + one["exception"]
        owner, attribute = names.get("cls", one["owner"]), names.get("attr", one["attribute"])
        said = Told(one["severity"], kind, owner, attribute, one["phase"], one["message"], one["path"], one["line"])
        if said not in found:
            found.append(said)
    return found
