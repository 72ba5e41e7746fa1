"""What people do to models that were right: rename, forget a side, drop a key, copy a class, mistype a string."""

from __future__ import annotations

from .specs import Col, Graph, Model, Rel


class NothingThereError(Exception):
    """Models have nothing of the kind that a mutation would change."""


def attributes(graph: Graph, kind) -> list[tuple[list, Col | Rel]]:
    """(the list that holds it, attribute) of every attribute of a kind, in classes and mixins."""
    holders = [model.attributes for model in graph.models] + [mixin.attributes for mixin in graph.mixins]
    return [(held, one) for held in holders for one in held if isinstance(one, kind)]


def with_option(graph: Graph, name: str) -> list[Rel]:
    return [rel for _, rel in attributes(graph, Rel) if name in rel.options]


def keys(graph: Graph) -> list[Col]:
    return [column for _, column in attributes(graph, Col) if column.key] + [
        column for table in graph.tables for column in table.columns if column.key
    ]


def mistyped(text: str, pick) -> str:
    """A text with one letter lost, doubled, or another ending."""
    quote = text[-1] if text[-1:] in "\"'" else ""
    bare = text[: len(text) - len(quote)]
    return pick([bare[:-1], bare + "s", bare + bare[-1:]]) + quote


def rename_relationship(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        pick(found)[1].name += "_new"


def rename_column(graph: Graph, pick) -> None:
    pick(attributes(graph, Col))[1].name += "_new"


def rename_class(graph: Graph, pick) -> None:
    model = pick(graph.models)
    for other in graph.models:
        if other.base == model.name:
            other.base += "New"
    model.name += "New"


def rename_table(graph: Graph, pick) -> None:
    model = pick([model for model in graph.models if model.table])
    model.table += "_new"


def drop_relationship(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        held, one = pick(found)
        held[:] = [other for other in held if other is not one]


def drop_column(graph: Graph, pick) -> None:
    held, one = pick(attributes(graph, Col))
    held[:] = [other for other in held if other is not one]


def drop_foreign_key(graph: Graph, pick) -> None:
    if keys(graph):
        pick(keys(graph)).key = ""


def add_foreign_key(graph: Graph, pick) -> None:
    found = [(held, column) for held, column in attributes(graph, Col) if column.key]
    if found:
        held, column = pick(found)
        held.append(Col(f"{column.name}_again", column.type, column.key))


def forget_foreign_keys(graph: Graph, pick) -> None:
    found = with_option(graph, "foreign_keys")
    if found:
        del pick(found).options["foreign_keys"]


def forget_back_populates(graph: Graph, pick) -> None:
    found = with_option(graph, "back_populates")
    if found:
        del pick(found).options["back_populates"]


def forget_remote_side(graph: Graph, pick) -> None:
    found = with_option(graph, "remote_side")
    if found:
        del pick(found).options["remote_side"]


def forget_a_join(graph: Graph, pick) -> None:
    found = with_option(graph, "primaryjoin")
    if found:
        rel = pick(found)
        del rel.options[pick([name for name in ("primaryjoin", "secondaryjoin", "viewonly") if name in rel.options])]


def copy_class(graph: Graph, pick) -> None:
    model = pick(graph.models)
    copy = graph.copy().model(model.name)
    copy.mapper_args = {name: value for name, value in copy.mapper_args.items() if name != "polymorphic_identity"} | (
        {"polymorphic_identity": f'"{model.name.lower()}_copy"'} if copy.mapper_args else {}
    )
    how = pick(["same", "renamed", "extended", "moved"])
    if how == "renamed":
        copy.name += "Copy"
    elif how == "extended":
        copy.table_args = [*[a for a in copy.table_args if a[0] != "{"], '{"extend_existing": True}']
    elif how == "moved" and copy.table:
        copy.table += "_copy"
    graph.models.append(copy)


def flip_uselist(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        _, rel = pick(found)
        rel.options["uselist"] = "True" if rel.options.get("uselist") == "False" else "False"


def mistype_target(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        _, rel = pick(found)
        rel.target = mistyped(rel.target, pick)


def another_target(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        pick(found)[1].target = pick(graph.models).name


def mistype_an_option(graph: Graph, pick) -> None:
    found = [
        (rel, name)
        for _, rel in attributes(graph, Rel)
        for name in ("back_populates", "backref", "secondary", "foreign_keys", "remote_side", "primaryjoin")
        if rel.options.get(name, "")[:1] == '"'
    ]
    if found:
        rel, name = pick(found)
        rel.options[name] = mistyped(rel.options[name], pick)


def mistype_a_key(graph: Graph, pick) -> None:
    if keys(graph):
        column = pick(keys(graph))
        table, _, name = column.key.rpartition(".")
        column.key = pick([f"{mistyped(table, pick)}.{name}", f"{table}.{mistyped(name, pick)}"])


def another_back_populates(graph: Graph, pick) -> None:
    found = with_option(graph, "back_populates")
    if found:
        pick(found).options["back_populates"] = f'"{pick(attributes(graph, (Col, Rel)))[1].name}"'


def another_backref(graph: Graph, pick) -> None:
    found = with_option(graph, "backref")
    if found:
        pick(found).options["backref"] = f'"{pick(attributes(graph, (Col, Rel)))[1].name}"'


def add_an_option(graph: Graph, pick) -> None:
    found = attributes(graph, Rel)
    if found:
        name, value = pick([
            ("cascade", '"all, delete-orphan"'), ("cascade", '"all, delete_orphan"'), ("viewonly", "True"), ("lazy", '"dynamic"'),
            ("lazy", '"eager"'), ("lazy", '"selectin"'), ("passive_deletes", '"all"'), ("single_parent", "True"), ("back_populates", '"id"'),
            ("post_update", "True"), ("remote_side", '"Account.id"'), ("sync_backref", "True"), ("backref", '"owners"'), ("order_by", '"id"'),
            ("cascade", '"save-update, delete-orphan"'), ("secondaryjoin", '"Account.id == Order.id"'), ("passive_delete", "True"),
        ])  # fmt: skip
        pick(found)[1].options[name] = value


def add_a_column_option(graph: Graph, pick) -> None:
    name, value = pick([("index", "True"), ("nulable", "False"), ("primary_key", "True"), ("unique", '"yes"'), ("key", '"other"'), ("name", '"id"')])  # fmt: skip
    pick(attributes(graph, Col))[1].options[name] = value


def drop_primary_key(graph: Graph, pick) -> None:
    found = [column for _, column in attributes(graph, Col) if "primary_key" in column.options]
    if found:
        del pick(found).options["primary_key"]


def drop_the_table_name(graph: Graph, pick) -> None:
    pick(graph.models).table = None


def share_a_table(graph: Graph, pick) -> None:
    one, other = pick(graph.models), pick(graph.models)
    if one.table:
        other.table = one.table


def drop_identity(graph: Graph, pick) -> None:
    found = [model for model in graph.models if "polymorphic_identity" in model.mapper_args]
    if found:
        del pick(found).mapper_args["polymorphic_identity"]


def share_an_identity(graph: Graph, pick) -> None:
    found = [model for model in graph.models if "polymorphic_identity" in model.mapper_args]
    if found:
        pick(found).mapper_args["polymorphic_identity"] = pick(found).mapper_args["polymorphic_identity"]


def mistype_polymorphic_on(graph: Graph, pick) -> None:
    found = [model for model in graph.models if "polymorphic_on" in model.mapper_args]
    if found:
        pick(found).mapper_args["polymorphic_on"] = '"type"'


def add_a_comma(graph: Graph, pick) -> None:
    pick(attributes(graph, (Col, Rel)))[1].tail = ","


def call_it_metadata(graph: Graph, pick) -> None:
    pick(attributes(graph, (Col, Rel)))[1].name = "metadata"


def copy_a_relationship(graph: Graph, pick) -> None:
    held, one = pick(attributes(graph, Rel))
    held.append(Rel(f"{one.name}_copy", one.target, dict(one.options), one.many))


def move_a_relationship(graph: Graph, pick) -> None:
    held, one = pick([(held, rel) for held, rel in attributes(graph, Rel) if "cls." not in str(rel.options)])
    held[:] = [other for other in held if other is not one]
    pick(graph.models).attributes.append(one)


def forget_a_mixin(graph: Graph, pick) -> None:
    pick([model for model in graph.models if model.mixins]).mixins.pop()


def mistype_a_constraint(graph: Graph, pick) -> None:
    model = pick([model for model in graph.models if any('"' in text for text in model.table_args)])
    texts = [at for at, text in enumerate(model.table_args) if '"' in text and text[0] != "{"]
    at = pick(texts)
    names = pick([part for part in model.table_args[at].split('"')[1::2] if part and not part.startswith("ix_")])
    model.table_args[at] = model.table_args[at].replace(f'"{names}"', f'"{mistyped(names, pick)}"', 1)


def rename_a_link(graph: Graph, pick) -> None:
    pick(graph.tables).name += "_new"


def drop_a_link_column(graph: Graph, pick) -> None:
    table = pick(graph.tables)
    table.columns.remove(pick(table.columns))


def same_name_twice(graph: Graph, pick) -> None:
    model: Model = pick(graph.models)
    kind = pick([Col, Rel])
    same = [one for one in model.attributes if isinstance(one, kind)]
    pick(same).name = pick(same).name


def constrain_what_is_not_there(graph: Graph, pick) -> None:
    model = pick(graph.models)
    if model.table:
        model.table_args.insert(0, 'UniqueConstraint("missing")')


def same_index_name(graph: Graph, pick) -> None:
    for model in graph.models:
        model.table_args = [
            'Index("ix_shared", "field_0")' if text.startswith("Index") else text for text in model.table_args
        ]


def lose_the_base(graph: Graph, pick) -> None:
    pick(graph.models).base = "Base"


def add_a_column_of_the_base(graph: Graph, pick) -> None:
    found = [model for model in graph.models if model.base != "Base"]
    if found:
        model = pick(found)
        bases = [base for base in graph.models if base.name == model.base]
        if bases and bases[0].attributes:
            model.attributes.append(Col(pick(bases[0].attributes).name, "Integer"))


MUTATIONS = (
    rename_relationship, rename_column, rename_class, rename_table, drop_relationship, drop_column, drop_foreign_key,
    add_foreign_key, forget_foreign_keys, forget_back_populates, forget_remote_side, forget_a_join, copy_class, flip_uselist,
    mistype_target, another_target, mistype_an_option, mistype_a_key, another_back_populates, another_backref, add_an_option,
    add_a_column_option, drop_primary_key, drop_the_table_name, share_a_table, drop_identity, share_an_identity,
    mistype_polymorphic_on, add_a_comma, call_it_metadata, same_name_twice, constrain_what_is_not_there, same_index_name,
    lose_the_base, add_a_column_of_the_base, copy_a_relationship, move_a_relationship, forget_a_mixin, mistype_a_constraint,
    rename_a_link, drop_a_link_column,
)  # fmt: skip
