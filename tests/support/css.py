"""Reading our own style sheets, as the tests need it."""

from collections.abc import Iterator
from pathlib import Path

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, ParseError, QualifiedRule

SHEETS = sorted((Path(__file__).resolve().parents[2] / "portal" / "static" / "portal" / "css").glob("*.css"))
# What stands within the braces of each at-rule that we use; those of "rules" nest declarations too.
RULES = {"layer", "media", "supports", "container"}
DECLARATIONS = {"font-face", "page"}
KEYFRAMES = {"keyframes"}
MARGINS = {"bottom-right"}  # boxes in the margin of a printed page


def told(node: Node, error: str) -> str:
    return f"{node.source_line}:{node.source_column} {error}"


def faults_of_tokens(tokens: list[Node]) -> Iterator[str]:
    """Unclosed strings and brackets, and what else is no token, at any depth."""
    for token in tokens:
        if isinstance(token, ParseError):
            yield told(token, token.message)
        yield from faults_of_tokens(getattr(token, "content", None) or getattr(token, "arguments", None) or [])


def faults(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ParseError):
            yield told(node, node.message)
        elif isinstance(node, Declaration):
            if all(token.type == "whitespace" for token in node.value):
                yield told(node, f"{node.name} has no value")
            yield from faults_of_tokens(node.value)
        elif isinstance(node, QualifiedRule):
            yield from faults_of_tokens(node.prelude)
            yield from faults(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
        elif isinstance(node, AtRule):
            yield from faults_of_at_rule(node)


def faults_of_at_rule(rule: AtRule) -> Iterator[str]:
    name = rule.lower_at_keyword
    if name not in RULES | DECLARATIONS | KEYFRAMES | MARGINS:
        yield told(rule, f"unknown: @{rule.at_keyword}")
    yield from faults_of_tokens(rule.prelude)
    if rule.content is None:
        if name != "layer":
            yield told(rule, f"@{rule.at_keyword} holds nothing")
        return
    parts = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    if name in DECLARATIONS | MARGINS:
        margins = MARGINS if name == "page" else set()
        yield from (
            told(part, "not a declaration")
            for part in parts
            if not isinstance(part, Declaration) and getattr(part, "lower_at_keyword", "") not in margins
        )
    yield from faults(parts)


def parsed(text: str) -> list[Node]:
    return tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)


def faults_of(text: str) -> list[str]:
    """What in a style sheet is no rule, no declaration or no at-rule that we use, each with line and column."""
    return list(faults(parsed(text)))


def style_rules(nodes: list[Node]) -> Iterator[tuple[str, list[Declaration]]]:
    """Every selector, those within others too, with its own declarations; without ``@font-face``, ``@page`` and keyframes."""
    for node in nodes:
        inside = node.type == "qualified-rule" or (node.type == "at-rule" and node.lower_at_keyword in RULES)
        if not inside or node.content is None:
            continue
        parts = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
        own = [part for part in parts if isinstance(part, Declaration)]
        if isinstance(node, QualifiedRule) or own:
            yield tinycss2.serialize(node.prelude).strip() if isinstance(node, QualifiedRule) else "&", own
        yield from style_rules(parts)
