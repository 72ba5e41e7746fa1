"""Comprehensions and generator expressions: their elements, one by one where the iterable is known."""

from __future__ import annotations

import ast
from typing import Any

from .conditions import Conditions
from .core import ANY, Activation, Args
from .objects import Box, Env, Generator, Set
from .scopes import Names


class Comprehensions(Conditions):
    """Evaluates comprehensions."""

    def assign_target(self, act: Activation, target: ast.expr, value: Set) -> None:
        raise NotImplementedError

    def comprehension(self, act: Activation, node: Any) -> Set:
        env = Env("comprehension", self.scopes.names.get(node) or Names(frozenset(), frozenset(), False), act.env)
        outer, act.env = act.env, env
        box = self.box(act, node, "dict" if isinstance(node, ast.DictComp) else "list")
        try:
            self._generate(act, node, 0, box, outer)
        finally:
            act.env = outer
        return (Generator(None, self.everything(box) or ANY),) if isinstance(node, ast.GeneratorExp) else (box,)

    def _generate(self, act: Activation, node: Any, place: int, box: Any, outer: Env) -> None:
        if place == len(node.generators):
            if isinstance(node, ast.DictComp):
                self.set_item(act, box, self.visit(act, node.key), self.visit(act, node.value), strong=True)
            elif not any(g.ifs for g in node.generators):
                self._any_append(act, box, Args([self.visit(act, node.elt)], {}), node)
            else:
                self.add_rest(box, self.visit(act, node.elt))
            return
        generator = node.generators[place]
        if place == 0:
            inner, act.env = act.env, outer
            values = self.visit(act, generator.iter)
            act.env = inner
        else:
            values = self.visit(act, generator.iter)
        elements = self.iterate(act, values)
        rounds = elements if isinstance(elements, list) else [elements]
        if not isinstance(elements, list):
            self.state.write(box.size, "n", None)
        turns = act.turns
        for turn, element in enumerate(rounds):
            act.turns = (*turns, turn) if len(rounds) > 1 else turns
            self.assign_target(act, generator.target, element)
            for test in generator.ifs:
                self.test(act, test)
                self.narrow(act, test, holds=True)
            self._generate(act, node, place + 1, box, outer)
        act.turns = turns
        if not rounds:  # what it would call for an element is listed all the same
            self.state.begin()
            self.assign_target(act, generator.target, ANY)
            for test in generator.ifs:
                self.test(act, test)
            self._generate(act, node, place + 1, Box("list"), outer)
            self.state.undo()
