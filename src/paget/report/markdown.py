"""The small part of Markdown that descriptions of models use, as HTML: headings, lists, paragraphs, emphasis, code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator


def to_html(text: str, heading: int = 3) -> str:
    """HTML of a Markdown text. Everything is escaped first; "#" and "##" become level `heading`."""
    return "\n".join(_blocks(text.splitlines(), heading))


def _blocks(lines: list[str], heading: int) -> Iterator[str]:
    items: list[str] = []
    words: list[str] = []
    for line in [*lines, ""]:
        stripped = line.strip()
        bullet = re.match(r"[-*] +(.*)", stripped)
        title = re.match(r"(#+) +(.*)", stripped)
        if words and (bullet or title or not stripped):
            yield f"<p>{_inline(' '.join(words))}</p>"
            words = []
        if items and not bullet and (title or words or not _continues(line, stripped)):
            yield f"<ul>{''.join(items)}</ul>"
            items = []
        if bullet:
            items.append(f"<li>{_inline(bullet.group(1))}</li>")
        elif title:
            level = min(heading + max(len(title.group(1)) - 2, 0), 6)
            yield f"<h{level}>{_inline(title.group(2))}</h{level}>"
        elif items and stripped:
            items[-1] = f"{items[-1].removesuffix('</li>')} {_inline(stripped)}</li>"
        elif stripped:
            words.append(stripped)


def _continues(line: str, stripped: str) -> bool:
    """An indented line goes on with the item above it."""
    return bool(stripped) and line.startswith("  ")


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"<em>\1</em>", text)
