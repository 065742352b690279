"""Annotations can be evaluated at run time."""

from __future__ import annotations

import inspect
import typing

import pytest

import txaio_interfaces


CLASSES = [
    value for value in vars(txaio_interfaces).values() if isinstance(value, type)
]


def functions_of(interface):
    """Return the methods and property getters of *interface*, with their overloads."""
    public = [
        value.fget if isinstance(value, property) else value
        for member, value in vars(interface).items()
        if member in interface.__abstractmethods__ or not member.startswith("_")
    ]
    functions = [function for function in public if inspect.isfunction(function)]
    overloads = [found for one in functions for found in typing.get_overloads(one)]
    return functions + overloads


FUNCTIONS = [function for interface in CLASSES for function in functions_of(interface)]


@pytest.mark.parametrize("interface", CLASSES, ids=lambda one: one.__name__)
def test_annotations_of_a_class_can_be_evaluated(interface):
    """Sphinx, dependency injection and the like call `typing.get_type_hints`."""
    hints = typing.get_type_hints(interface)
    assert not any(isinstance(hint, str) for hint in hints.values())


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__qualname__)
def test_annotations_of_a_function_can_be_evaluated(function):
    """Every name in an annotation is one that its module has at run time."""
    parameters = list(inspect.signature(function).parameters)[1:]
    assert typing.get_type_hints(function).keys() == {*parameters, "return"}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__qualname__)
def test_signature_can_be_evaluated(function):
    """`inspect.signature` resolves annotations, too, and leaves no string."""
    signature = inspect.signature(function, eval_str=True)
    annotations = [one.annotation for one in signature.parameters.values()][1:]
    assert not any(
        isinstance(annotation, str) or annotation is inspect.Parameter.empty
        for annotation in [*annotations, signature.return_annotation]
    )


def test_overloads_are_known_at_run_time():
    """`typing.get_overloads` returns the signatures that type checkers see."""
    assert len(typing.get_overloads(txaio_interfaces.IFutures.as_future)) == 3
    assert len(typing.get_overloads(txaio_interfaces.IFutures.gather)) == 3


def test_future_is_generic_at_run_time():
    """``IFuture[int]`` keeps its argument."""
    assert typing.get_args(txaio_interfaces.IFuture[int]) == (int,)
