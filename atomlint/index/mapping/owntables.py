"""The table of one mapped class: its own, a given one, or that of the class it inherits from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import Attribute, Column, Place, Table
from .texts import snake_case
from .values import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .classes import ClassReader


class OwnTable:
    """Gives a class its table."""

    def __init__(self, reader: ClassReader) -> None:
        self.reader = reader
        self.builder = reader.builder
        self.mapped = reader.mapped
        self.cls = reader.cls

    def read(self) -> None:
        """Find the table, or make it; and how the class inherits."""
        mapped, builder = self.mapped, self.builder
        site, owner, known = self.reader.special("__table__")
        if owner is not None:
            mapped.table = builder.tables.table_of(site) if known else None
            if mapped.table is None:
                mapped.table = Table("?", builder.bases.metadata(("unknown",), None), open=True)
            elif mapped.table.owner is None:
                mapped.table.owner = mapped
            self._inherit(own=True)
            self.map_columns()
            return
        name, known = self._tablename()
        if name is None and known:
            if mapped.inherits is not None:
                self._inherit(own=False)
                mapped.table = mapped.inherits.table
                self._single_columns()
            return
        metadata = builder.bases.metadata_for(self.cls.value, mapped.registry)
        table = mapped.table = Table(name or "?", metadata, schema=metadata.schema, owner=mapped, place=mapped.place)
        table.open = name is None or mapped.open
        metadata.open = metadata.open or name is None
        self._inherit(own=True)
        for column in sorted(self._own_columns(), key=lambda column: column.order):
            builder.tables.append(table, column)
        args, _, known = self.reader.special("__table_args__")
        if not known or (args is not None and not builder.tables.arguments(table, args)):
            table.open = metadata.open = True
            table.schema = "?"  # it may be any: the table is none that a name leads to
        known_tables = metadata.tables.get(table.fullname)
        if known_tables and not (table.columns or table.constraints or table.open):
            mapped.table = known_tables[-1]  # a name alone is that of the table that is there
            return
        if name is not None:
            builder.own_tables[mapped] = table
            mapped.table = builder.tables.add(table)

    def _own_columns(self) -> Iterator[Column]:
        for attribute in self.mapped.attributes.values():
            for column in columns_of(attribute):
                column.attribute = attribute
                yield column

    def _inherit(self, *, own: bool) -> None:
        mapped = self.mapped
        if mapped.inherits is None:
            return
        concrete = self.builder.names.flag(mapped.mapper_args.get("concrete"))
        mapped.inheritance = "concrete" if concrete else "joined" if own else "single"
        if "?" in mapped.mapper_args and own:
            mapped.open = True

    def _single_columns(self) -> None:
        table = self.mapped.table
        if table is None:
            return
        for attribute in self.mapped.attributes.values():
            self.builder.single_columns[self.mapped, attribute.name] = columns_of(attribute)
        for column in list(self._own_columns()):
            known = table.columns.get(column.key)
            if known is not None:  # use_existing_column, or a conflict that is reported elsewhere
                for attribute in self.mapped.attributes.values():
                    attribute.columns = [known if c is column else c for c in attribute.columns]
                continue
            self.builder.tables.append(table, column)
        if self.mapped.open:
            table.open = True

    def map_columns(self) -> None:
        """Columns of a given table that no attribute names are attributes of their own."""
        table = self.mapped.table
        if table is None:
            return
        named = {id(column) for attribute in self.mapped.attributes.values() for column in attribute.columns}
        for key, column in table.columns.items():
            if id(column) not in named and key not in self.mapped.attributes:
                place = column.place or table.place or Place(self.cls.path, "scope", self.cls.ordinal)
                self.mapped.attributes[key] = Attribute(
                    key, "column", self.mapped, self.cls.value, place, columns=[column]
                )
        for attribute in self.mapped.attributes.values():
            attribute.columns = [table.columns.get(c.key, c) if c.table is None else c for c in attribute.columns]

    def _tablename(self) -> tuple[str | None, bool]:
        """The name of the own table, None for none; and whether that is known."""
        site, owner, known = self.reader.special("__tablename__")
        if owner is not None:
            if not known:
                return None, False
            if site is not None and self.builder.names.constant(site) == "#None":
                return None, True
            name = self.builder.texts.of(site)
            if self.cls.value in self.builder.bases.flask and self.mapped.inherits is not None and not self._is_keyed():
                return None, not self.mapped.open  # Flask-SQLAlchemy takes the parent's table, whatever the name says
            return name, name is not None
        if self.reader.is_sqlmodel:
            return self.mapped.name.lower(), True
        if self.cls.value in self.builder.bases.flask:
            return self._flask_name()
        if self.mapped.open and self.mapped.inherits is None:
            return None, False
        return None, True

    def _flask_name(self) -> tuple[str | None, bool]:
        """Flask-SQLAlchemy names the table of a class that has a primary key of its own, or inherits from no other."""
        args, _, _ = self.reader.special("__table_args__")
        if self._is_keyed() or self.mapped.inherits is None or args is not None:
            return snake_case(self.mapped.name), True
        return (None, False) if self.mapped.open else (None, True)

    def _is_keyed(self) -> bool:
        """Whether the class brings a primary key of its own."""
        args, _, _ = self.reader.special("__table_args__")
        items = self.builder.names.items(args) if args is not None else None
        return any(column.primary_key for column in self._own_columns()) or any(
            self.builder.columns.library(item) == "PrimaryKeyConstraint"
            for item in items or ()
            if type(item.expr) is str and item.expr[:1] == "@" and "." not in item.expr
        )
