"""What the documentation tools need to know of Markdown: links, headings, and what is code."""

import re
import unicodedata

FENCE = re.compile(r"^\s*(```+|~~~+)")
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()\s*(<[^>]*>|[^)\s]+)(\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")


def blank(match):
    """The same text with everything but line ends replaced by spaces, so that offsets stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


def without_code(text, spans=True):
    """`text` with fenced blocks and comments (and code spans) blanked; offsets and lines stay."""
    lines = []
    fence = None
    for line in text.split("\n"):
        match = FENCE.match(line)
        if fence:
            closes = match and match.group(1).startswith(fence) and line.strip() == match.group(1)
            fence = None if closes else fence
            line = " " * len(line)
        elif match:
            fence = match.group(1)
            line = " " * len(line)
        lines.append(line)
    text = COMMENT.sub(blank, "\n".join(lines))
    return CODE_SPAN.sub(blank, text) if spans else text


def links(text):
    """Inline links and images: (offset of the target, target)."""
    for match in LINK.finditer(without_code(text)):
        yield match.start(2), match.group(2).strip("<>")


def replace_links(text, change):
    """`text` with change(target) for every target of a link."""
    parts = []
    end = 0
    for offset, target in links(text):
        parts += [text[end:offset], change(target)]
        end = offset + len(target)
    return "".join(parts) + text[end:]


def slug(heading):
    """The anchor of a heading, as forges and the site make it."""
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = unicodedata.normalize("NFC", re.sub(r"<[^>]*>", "", heading)).strip().lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def anchors(text):
    """Anchors of all headings; repeated ones get no number, since forges and the site differ there."""
    found = {}
    for number, line in enumerate(without_code(text, spans=False).split("\n"), 1):
        match = HEADING.match(line)
        if match:
            found.setdefault(slug(match.group(2)), []).append(number)
    return found
