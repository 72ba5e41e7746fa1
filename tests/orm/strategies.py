"""Random valid models for Hypothesis: two to twelve classes, every shape of relationship, inheritance, mixins, both styles."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from hypothesis import strategies as st

from .maker import NAMES, TYPES, Maker, plural
from .mutations import MUTATIONS, NothingThereError
from .specs import Col, Graph, Mixin, Model, Rel


@st.composite
def valid_graphs(draw, annotated: bool | None = None) -> Graph:
    """Models that SQLAlchemy accepts without a word; in either style where none is asked for."""
    graph = Graph(
        annotated=draw(st.booleans()) if annotated is None else annotated,
        modules=draw(st.sampled_from((1, 1, 1, 2, 3))),
    )
    count = draw(st.integers(2, 8))
    first = draw(st.integers(0, len(NAMES) - 1))
    maker = Maker(draw, graph)
    if maker.chance(3):
        columns = [Col("created", "Integer"), Col("label", "String(50)")]
        graph.mixins.append(Mixin("Stamped", columns))
    for turn in range(count):
        name = NAMES[(first + turn) % len(NAMES)]
        if graph.models and maker.chance(4):
            graph.models.append(_heir(maker, name, maker.pick(graph.models)))
        else:
            graph.models.append(_model(maker, name))
    for _ in range(draw(st.integers(1, 7))):
        if len(graph.models) <= 11:
            maker.related()
    if maker.chance(4):
        _owned(maker)
    if graph.annotated:
        _annotate(graph, Random(draw(st.integers(0, 2**16))))
    return graph


def _annotate(graph: Graph, by: Random) -> None:
    """Ways of writing that mean the same, or what a valid model may mean as well."""
    for attributes in [model.attributes for model in graph.models] + [mixin.attributes for mixin in graph.mixins]:
        for one in attributes:
            if isinstance(one, Col):
                one.form = by.choice(["", "", "bare", "optional", "classic"])
            else:
                one.form = by.choice(["", "", "", "optional", "classic"])
                if one.options.get("uselist") == "False" and one.form != "classic" and by.random() < 0.5:
                    del one.options["uselist"]  # the annotation says so


def _model(maker: Maker, name: str) -> Model:
    attributes = [Col("id", "Integer", options={"primary_key": "True"})]
    attributes += [
        Col(f"field_{turn}", maker.pick(TYPES), options={"nullable": "True"} if maker.chance(3) else {})
        for turn in range(maker.draw(st.integers(0, 2)))
    ]
    model = Model(name, plural(name), attributes)
    if maker.graph.mixins and maker.chance(2):
        model.mixins.append("Stamped")
    if len(attributes) > 1 and maker.chance(4):
        model.table_args.append(f'Index("ix_{plural(name)}", "field_0")')
    elif len(attributes) > 1 and maker.chance(4):
        model.table_args.append('UniqueConstraint("field_0")')
    return model


def _heir(maker: Maker, name: str, base: Model) -> Model:
    """A class that inherits from another: with a table of its own, without one, or with a table that stands alone."""
    root = maker.root(base)
    if maker.chance(6) and base is root and base.table is not None:
        own = [Col(a.name, a.type, a.key, dict(a.options)) for a in base.attributes if isinstance(a, Col)]
        alone = {"concrete": "True"} | ({"polymorphic_identity": f'"{name.lower()}"'} if base.mapper_args else {})
        return Model(name, plural(name), own, base=base.name, mapper_args=alone)
    if "concrete" in base.mapper_args:
        return _model(maker, name)
    if not root.mapper_args and not (base is root and maker.chance(6)):
        root.attributes.append(Col("kind", "String(50)"))
        root.mapper_args = {"polymorphic_on": '"kind"', "polymorphic_identity": f'"{root.name.lower()}"'}
        for model in maker.graph.models:
            if model is not root and maker.root(model) is root:
                model.mapper_args.setdefault("polymorphic_identity", f'"{model.name.lower()}"')
    heir = Model(name, None, base=base.name)
    if root.mapper_args:
        heir.mapper_args = {"polymorphic_identity": f'"{name.lower()}"'}
    if maker.chance(2) or not root.mapper_args:
        heir.table = plural(name)
        heir.attributes.append(Col("id", "Integer", f"{maker.table(base)}.id", {"primary_key": "True"}))
        heir.attributes.append(Col(f"extra_{name.lower()}", "Integer"))
    elif maker.chance(2):
        heir.attributes.append(Col(f"extra_{name.lower()}", "Integer", options={"nullable": "True"}))
    return heir


def _owned(maker: Maker) -> None:
    """A mixin that brings a foreign key and a relationship."""
    graph = maker.graph
    roots = [model for model in graph.models if model.base == "Base" and model.name not in maker.without_id]
    target = maker.pick(roots)
    mixin = Mixin("Owned", [
        Col("owner_id", "Integer", f"{target.table}.id"),
        Rel("owner", target.name, {"foreign_keys": "lambda: cls.owner_id", "viewonly": "True"} if maker.chance(3) else {"foreign_keys": "lambda: cls.owner_id"}),
    ])  # fmt: skip
    graph.mixins.append(mixin)
    others = [model for model in roots if model is not target and not maker.is_bare(model, target)]
    for model in others[:2] if others else []:
        model.mixins.append("Owned")


@st.composite
def graphs(draw, most: int = 3, annotated: bool | None = None) -> Graph:
    """Valid models, spoilt by up to ``most`` mutations."""
    graph = draw(valid_graphs(annotated))
    for _ in range(draw(st.integers(0, most))):
        mutation = draw(st.sampled_from(MUTATIONS))
        with suppress(NothingThereError):
            mutation(graph, lambda values: picked(draw, values))
            graph.done.append(mutation.__name__)
    return graph


def picked(draw, values):
    """One of several values. Raises ``NothingThereError`` when there are none."""
    if not values:
        raise NothingThereError
    return draw(st.sampled_from(values))
