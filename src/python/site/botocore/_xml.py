"""A reader and writer for the plain XML that AWS's protocols use.

Elements, text, attributes, the five named entities and character references,
CDATA, comments and declarations; no DTDs. It spares the import of a full XML
library.
"""

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class XMLParseError(ValueError):
    """The text is not XML this reader understands."""


class Node:
    """An element: its tag without prefix, text, attributes and children."""

    __slots__ = ("tag", "text", "attrib", "children")

    def __init__(self, tag, attrib=None):
        self.tag = tag
        self.text = None
        self.attrib = attrib if attrib is not None else {}
        self.children = []

    def __iter__(self):
        return iter(self.children)

    def __len__(self):
        return len(self.children)

    def __bool__(self):
        return True

    def add(self, tag):
        """Append a child and return it."""
        child = Node(tag)
        self.children.append(child)
        return child


def parse(data):
    """Parse bytes or text and return the root Node."""
    text = data.decode("utf-8-sig") if isinstance(data, (bytes, bytearray)) else data
    # Split once and walk the pieces: indexing into a long string is not
    # everywhere as fast as it is in CPython.
    pieces = iter(text.split("<"))
    if next(pieces).strip():
        raise XMLParseError("text outside the root element")
    root, stack, texts = None, [], []
    for piece in pieces:
        first = piece[:1]
        if first == "/":
            tag, _, tail = _cut(piece[1:], ">")
            tag = _local(tag.rstrip())
            if not stack or stack[-1].tag != tag:
                raise XMLParseError("mismatched tag: " + tag)
            node = stack.pop()
            content = "".join(texts.pop())
            if content and (not node.children or content.strip()):
                node.text = content
        elif first == "!" or first == "?":
            literal, tail = _special(piece, pieces)
            if literal is not None:
                if not stack:
                    raise XMLParseError("text outside the root element")
                texts[-1].append(literal)
        else:
            inside, _, tail = _cut(piece, ">")
            empty = inside.endswith("/")
            node = _open(inside[:-1] if empty else inside)
            if stack:
                stack[-1].children.append(node)
            elif root is None:
                root = node
            else:
                raise XMLParseError("more than one root element")
            if not empty:
                stack.append(node)
                texts.append([])
        if tail:
            if stack:
                texts[-1].append(_unescape(tail))
            elif tail.strip():
                raise XMLParseError("text outside the root element")
    if stack or root is None:
        raise XMLParseError("no element found" if root is None else "unclosed token")
    return root


def _special(piece, pieces):
    """Read a comment, CDATA or declaration; return its literal text and what follows."""
    if piece.startswith("!--"):
        start, end = 3, "-->"
    elif piece.startswith("![CDATA["):
        start, end = 8, "]]>"
    else:
        start, end = 1, ">"
    inside = piece[start:]
    while end not in inside:
        more = next(pieces, None)
        if more is None:
            raise XMLParseError("unclosed token")
        inside += "<" + more
    literal, _, tail = inside.partition(end)
    return (literal if start == 8 else None), tail


def _cut(piece, mark):
    parts = piece.partition(mark)
    if not parts[1]:
        raise XMLParseError("unclosed token")
    return parts


def _local(tag):
    return tag.rpartition(":")[2]


def _open(inside):
    parts = inside.split(None, 1)
    if not parts:
        raise XMLParseError("not well-formed")
    attrib = {}
    if len(parts) > 1:
        rest = parts[1].strip()
        while rest:
            name, equals, rest = rest.partition("=")
            rest = rest.lstrip()
            if not equals or rest[:1] not in ("'", '"'):
                raise XMLParseError("not well-formed")
            value, quote, rest = rest[1:].partition(rest[0])
            if not quote:
                raise XMLParseError("not well-formed")
            attrib[name.strip()] = _unescape(value)
            rest = rest.lstrip()
    return Node(_local(parts[0]), attrib)


def _unescape(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if "&" not in text:
        return text
    parts = text.split("&")
    out = [parts[0]]
    for part in parts[1:]:
        name, semicolon, rest = part.partition(";")
        if not semicolon:
            raise XMLParseError("not well-formed")
        if name.startswith("#"):
            number = int(name[2:], 16) if name[1:2] in ("x", "X") else int(name[1:])
            out.append(chr(number))
        elif name in _NAMED:
            out.append(_NAMED[name])
        else:
            raise XMLParseError("undefined entity " + name)
        out.append(rest)
    return "".join(out)


def escape(text, attribute=False):
    """Escape text for an element, or for an attribute in double quotes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if attribute else text


def tostring(node):
    """Write a Node as UTF-8 bytes."""
    out = []
    _write(node, out)
    return "".join(out).encode("utf-8")


def _write(node, out):
    out.append("<" + node.tag)
    for name, value in node.attrib.items():
        out.append(' %s="%s"' % (name, escape(value, True)))
    if node.text is None and not node.children:
        out.append(" />")
        return
    out.append(">")
    if node.text is not None:
        out.append(escape(node.text))
    for child in node.children:
        _write(child, out)
    out.append("</%s>" % node.tag)
