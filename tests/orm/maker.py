"""The parts of random valid models, drawn one after the other."""

from __future__ import annotations

from hypothesis import strategies as st

from .specs import Col, CoreTable, Graph, Model, Rel

NAMES = (
    "Account", "Order", "Parcel", "Ticket", "Invoice", "Project", "Comment", "Device", "Report", "Venue", "Lesson", "Recipe",
    "OAuth2Token", "Page2", "PurchaseOrder", "Box",
)  # fmt: skip
SHAPES = (
    "pair", "many_to_one", "one_to_many", "one_to_one", "backref", "backref_made", "many_to_many", "many_to_many_backref",
    "many_to_many_alone", "tree", "two_keys", "association", "viewed", "cascading", "network", "keyed_association", "composite",
    "shortcut", "plain_pair", "by_lambda",
)  # fmt: skip
TYPES = ("Integer", "String(50)", "Boolean")


def plural(name: str) -> str:
    return name.lower() + "s"


class Maker:
    """Adds what is drawn to a graph, and keeps it valid."""

    def __init__(self, draw, graph: Graph) -> None:
        self.draw = draw
        self.graph = graph
        self.turn = 0
        self.bare: list[tuple[Model, Model]] = []
        """Pairs of classes that no second foreign key may link."""
        self.without_id: set[str] = set()

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(0, of - 1)) == 0

    def pick(self, values):
        return self.draw(st.sampled_from(values))

    def key(self, owner: Model, name: str, target: Model) -> Col:
        column = Col(name, "Integer", f"{self.table(target)}.id")
        owner.attributes.append(column)
        return column

    def table(self, model: Model) -> str:
        while model.table is None:
            model = self.graph.model(model.base)
        return model.table

    def related(self) -> None:
        """One shape of relationship between two classes, or of one with itself."""
        models = [model for model in self.graph.models if model.name not in self.without_id]
        one, other = self.pick(models), self.pick(models)
        self.turn += 1
        shape = self.pick(SHAPES)
        if self.is_bare(one, other):
            return
        if one is other or self.kin(one, other):
            if shape in ("many_to_many", "many_to_many_backref", "many_to_many_alone", "network"):
                self.network(one)
            else:
                self.tree(one)
            return
        getattr(self, shape)(one, other)

    def is_bare(self, one: Model, other: Model) -> bool:
        pair = {self.root(one).name, self.root(other).name}
        return any(pair == {self.root(a).name, self.root(b).name} for a, b in self.bare)

    def kin(self, one: Model, other: Model) -> bool:
        return self.root(one) is self.root(other)

    def root(self, model: Model) -> Model:
        while model.base != "Base":
            model = self.graph.model(model.base)
        return model

    def names(self, one: Model, other: Model) -> tuple[str, str, str]:
        """Attribute for the many rows on the one, for the one row on the many, and its column."""
        n = "" if self.turn == 1 else f"_{self.turn}"
        return f"{plural(other.name)}{n}", f"{one.name.lower()}{n}", f"{one.name.lower()}{n}_id"

    def keyed(self, one: Model, other: Model) -> tuple[str, str, dict[str, str], dict[str, str]]:
        """A foreign key from the other to the one, and what both sides must say of it: there may be more keys."""
        many, single, column = self.names(one, other)
        self.key(other, column, one)
        return many, single, {"foreign_keys": f'"{other.name}.{column}"'}, {"foreign_keys": f"[{column}]"}

    def pair(self, one: Model, other: Model) -> None:
        many, single, here, there = self.keyed(one, other)
        one.attributes.append(Rel(many, other.name, here | {"back_populates": f'"{single}"'}, many=True))
        other.attributes.append(Rel(single, one.name, there | {"back_populates": f'"{many}"'}))

    def cascading(self, one: Model, other: Model) -> None:
        many, single, here, there = self.keyed(one, other)
        options = here | {"back_populates": f'"{single}"', "cascade": '"all, delete-orphan"'}
        one.attributes.append(Rel(many, other.name, options, many=True))
        other.attributes.append(Rel(single, one.name, there | {"back_populates": f'"{many}"'}))

    def one_to_one(self, one: Model, other: Model) -> None:
        many, single, here, there = self.keyed(one, other)
        options = here | {"back_populates": f'"{single}"', "uselist": "False"}
        one.attributes.append(Rel(many.replace("s", "", 1) or many, other.name, options))
        one.attributes[-1].name = f"{other.name.lower()}_of_{single}"
        other.attributes.append(Rel(single, one.name, there | {"back_populates": f'"{one.attributes[-1].name}"'}))

    def many_to_one(self, one: Model, other: Model) -> None:
        _, single, _, there = self.keyed(one, other)
        other.attributes.append(Rel(single, one.name, there))

    def one_to_many(self, one: Model, other: Model) -> None:
        many, _, here, _ = self.keyed(one, other)
        one.attributes.append(Rel(many, other.name, here, many=True))

    def backref(self, one: Model, other: Model) -> None:
        many, single, _, there = self.keyed(one, other)
        other.attributes.append(Rel(single, one.name, there | {"backref": f'"{many}"'}))

    def backref_made(self, one: Model, other: Model) -> None:
        many, single, here, _ = self.keyed(one, other)
        made = f'backref("{single}", lazy="joined")'
        one.attributes.append(Rel(many, other.name, here | {"backref": made}, many=True))

    def viewed(self, one: Model, other: Model) -> None:
        self.pair(one, other)
        column = one.attributes[-1].options["foreign_keys"].strip('"')
        join = f'"and_({one.name}.id == {column}, {other.name}.id > 5)"'
        name = f"some_{plural(other.name)}_{self.turn}"
        if one.base == "Base" and other.base == "Base":
            one.attributes.append(Rel(name, other.name, {"primaryjoin": join, "viewonly": "True"}, many=True))

    def two_keys(self, one: Model, other: Model) -> None:
        self.pair(one, other)
        self.turn += 1
        self.pair(one, other)

    def plain_pair(self, one: Model, other: Model) -> None:
        """Two sides that leave their join to SQLAlchemy, where only one foreign key links the tables."""
        if self.linked(one, other):
            self.pair(one, other)
            return
        many, single, column = self.names(one, other)
        self.key(other, column, one)
        one.attributes.append(Rel(many, other.name, {"back_populates": f'"{single}"'}, many=True))
        other.attributes.append(Rel(single, one.name, {"back_populates": f'"{many}"'}))
        self.bare.append((one, other))

    def linked(self, one: Model, other: Model) -> bool:
        """Whether a foreign key links two hierarchies, or one of them has more than one table."""
        models = [m for m in self.graph.models if self.kin(m, one) or self.kin(m, other)]
        tables = {model.table for model in models if model.table}
        return len(tables) > 2 or any(
            isinstance(a, Col) and a.key.partition(".")[0] in tables for m in models for a in m.attributes
        )

    def by_lambda(self, one: Model, other: Model) -> None:
        """Two sides whose columns are named by lambdas."""
        many, single, column = self.names(one, other)
        self.key(other, column, one)
        given = {"foreign_keys": f"lambda: [{other.name}.{column}]"} if self.graph.modules == 1 else {
            "foreign_keys": f'"[{other.name}.{column}]"'
        }  # fmt: skip
        one.attributes.append(Rel(many, other.name, given | {"back_populates": f'"{single}"'}, many=True))
        other.attributes.append(Rel(single, one.name, given | {"back_populates": f'"{many}"'}))

    def composite(self, one: Model, other: Model) -> None:
        """A foreign key of two columns."""
        if one.table is None or other.table is None or one.base != "Base" or other.base != "Base":
            self.pair(one, other)
            return
        many, single, column = self.names(one, other)
        code = f"code_{self.turn}"
        one.attributes.append(Col(code))
        one.table_args.insert(0, f'UniqueConstraint("id", "{code}")')
        other.attributes += [Col(column), Col(f"{column}_code")]
        other.table_args.insert(
            0, f'ForeignKeyConstraint(["{column}", "{column}_code"], ["{one.table}.id", "{one.table}.{code}"])'
        )
        given = {"foreign_keys": f'"[{other.name}.{column}, {other.name}.{column}_code]"'}
        one.attributes.append(Rel(many, other.name, given | {"back_populates": f'"{single}"'}, many=True))
        other.attributes.append(Rel(single, one.name, given | {"back_populates": f'"{many}"'}))

    def keyed_association(self, one: Model, other: Model) -> None:
        """A class between two others whose primary key is theirs."""
        name = f"{one.name[:6]}{other.name[:6]}{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[self.turn]}"
        between = Model(name, f"{name.lower()}_rows", [Col("note", "String(50)")])
        self.without_id.add(name)
        self.graph.models.append(between)
        for side in (one, other):
            self.pair(side, between)
            next(a for a in reversed(between.attributes) if isinstance(a, Col)).options["primary_key"] = "True"
            self.turn += 1

    def shortcut(self, one: Model, other: Model) -> None:
        """A class between two others, and a view past it."""
        between = self.association(one, other)
        told = {"secondary": f'"{between.table}"', "viewonly": "True"}
        if one.base == other.base == "Base":
            one.attributes.append(Rel(f"far_{self.turn}", other.name, told, many=True))
            self.bare += [(between, one), (between, other)]

    def link(self, one: Model, other: Model) -> CoreTable:
        name = f"{plural(one.name)}_{plural(other.name)}_{self.turn}"
        primary = {"primary_key": "True"}
        left = Col(f"{one.name.lower()}_id", "Integer", f"{self.table(one)}.id", dict(primary))
        right = Col(f"{other.name.lower()}_ref", "Integer", f"{self.table(other)}.id", dict(primary))
        table = CoreTable(name, name, [left, right])
        self.graph.tables.append(table)
        return table

    def many_to_many(self, one: Model, other: Model) -> None:
        table = self.link(one, other)
        many, _, _ = self.names(one, other)
        back = f"all_{plural(one.name)}_{self.turn}"
        by_text = self.chance(2)
        secondary = {"secondary": f'"{table.name}"' if by_text else table.variable}
        one.attributes.append(Rel(many, other.name, secondary | {"back_populates": f'"{back}"'}, many=True))
        other.attributes.append(Rel(back, one.name, secondary | {"back_populates": f'"{many}"'}, many=True))

    def many_to_many_backref(self, one: Model, other: Model) -> None:
        table = self.link(one, other)
        many, _, _ = self.names(one, other)
        back = f"all_{plural(one.name)}_{self.turn}"
        one.attributes.append(Rel(many, other.name, {"secondary": table.variable, "backref": f'"{back}"'}, many=True))

    def many_to_many_alone(self, one: Model, other: Model) -> None:
        table = self.link(one, other)
        many, _, _ = self.names(one, other)
        one.attributes.append(Rel(many, other.name, {"secondary": table.variable}, many=True))

    def network(self, one: Model, other: Model | None = None) -> None:
        """Rows that lead to rows of the same class by a table."""
        name = f"{one.name.lower()}_links_{self.turn}"
        key, primary = f"{self.table(one)}.id", {"primary_key": "True"}
        left, right = Col("left_id", "Integer", key, dict(primary)), Col("right_id", "Integer", key, dict(primary))
        self.graph.tables.append(CoreTable(name, name, [left, right]))
        options = {
            "secondary": f'"{name}"',
            "primaryjoin": f'"{one.name}.id == {name}.c.left_id"',
            "secondaryjoin": f'"{one.name}.id == {name}.c.right_id"',
            "backref": f'"linked_{self.turn}"',
        }
        one.attributes.append(Rel(f"links_{self.turn}", one.name, options, many=True))

    def tree(self, one: Model, other: Model | None = None) -> None:
        """Rows that lead to rows of the same class by a key."""
        n = self.turn
        column = f"parent_{n}_id"
        self.key(one, column, one)
        here = {"foreign_keys": f"[{column}]", "back_populates": f'"parent_{n}"'}
        there = {
            "foreign_keys": f"[{column}]",
            "back_populates": f'"children_{n}"',
            "remote_side": f'"{self.root(one).name if one.table is None else one.name}.id"',
        }
        if (
            one.table is not None and one.base != "Base"
        ):  # the key leads to the table of this class, whose id is two columns
            there["remote_side"] = f'"{one.name}.__table__.c.id"'
            one.attributes.remove(next(a for a in one.attributes if a.name == column))
            return
        one.attributes.append(Rel(f"children_{n}", one.name, here, many=True))
        one.attributes.append(Rel(f"parent_{n}", one.name, there))

    def association(self, one: Model, other: Model) -> Model:
        """A class between two others."""
        name = f"{one.name[:6]}{other.name[:6]}{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[self.turn]}"
        between = Model(name, f"{name.lower()}_rows", [Col("id", "Integer", options={"primary_key": "True"})])
        self.graph.models.append(between)
        self.pair(one, between)
        self.turn += 1
        self.pair(other, between)
        return between
