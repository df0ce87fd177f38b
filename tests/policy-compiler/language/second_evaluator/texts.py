"""The texts of a policy: the author's own, and those that it uses.

    text = texts.Text(content, folder, False, texts.Loader(libraries))
"""
import reader
from reader import PolicyError


def uses(statements):
    """Those in a `serving` block included."""
    for kind, *parts in statements:
        if kind == "use":
            yield parts
        elif kind in ("portion", "serving"):
            yield from uses(parts[-1])


class Text:
    """A policy text and those that it uses; each is read once."""

    def __init__(self, text, folder, is_builtin, loader):
        self.policy = reader.read(text)
        self.is_builtin = is_builtin
        self.full = self.only("widths", ("kernel",)) == ("full",)
        self.version = self.only("version", (None,))[0]
        self.used = {name: loader.follow(self, folder, name, version)
                     for name, version in uses(self.policy.statements)}
        self.uses = list(self.used.values())
        self.groups = {}
        for name, members in self.all("group"):
            if name in self.groups:
                raise PolicyError(f"the group {name} is declared twice")
            self.groups[name] = members

    def all(self, word):
        return [parts for kind, *parts in self.policy.statements if kind == word]

    def only(self, word, default):
        found = self.all(word)
        if len(found) > 1:
            raise PolicyError(f"{word} stands twice")
        return tuple(found[0]) if found else default


class Loader:
    def __init__(self, libraries):
        self.libraries, self.known, self.open = libraries, {}, []

    def follow(self, user, folder, name, version):
        is_file = name.startswith(("./", "../"))
        if is_file and user.is_builtin:
            raise PolicyError("a built-in library cannot use a file")
        path = (folder / name if is_file else self.libraries / f"{name}.policy").resolve()
        if path in self.open or not path.is_file():
            raise PolicyError(f"cannot use {name}")
        if path not in self.known:
            self.open.append(path)
            self.known[path] = Text(path.read_text(), path.parent, not is_file, self)
            self.open.pop()
        text = self.known[path]
        if version is not None and version != text.version:
            raise PolicyError(f"{name} has no version {version}")
        return text
