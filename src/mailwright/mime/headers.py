"""The fields of a message or part, in order, several of one name allowed (RFC 5322 2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, overload

from mailwright.grammar.params import ParameterValue
from mailwright.mime.field import AddressLike, Field

__all__ = ["Headers"]

_T = TypeVar("_T")


class Headers:
    """An ordered collection of fields, looked up by name in any case.

    ``headers["Subject"]`` is the first field's decoded value, and a KeyError when there is none; ``get`` and
    ``get_all`` are kinder. Setting replaces every field of the name at the place of the first; ``add`` appends one
    more. Iterating gives the fields.

    Args:
        fields: names and values to begin with.
        written: names in lower case that the library writes itself, and refuses here.
    """

    __slots__ = ("_fields", "_refresh", "_written")

    def __init__(
        self,
        fields: Iterable[tuple[str, AddressLike]] = (),
        *,
        written: frozenset[str] = frozenset(),
        refresh: Callable[[Headers], object] | None = None,
    ) -> None:
        self._fields: list[Field] = []
        self._written = written
        self._refresh = refresh  # called before content fields are looked at, when they are made late
        for name, value in fields:
            self.add(name, value)

    def __getitem__(self, name: str) -> str:
        field = self.field(name)
        if field is None:
            raise KeyError(name)
        return field.value

    def __setitem__(self, name: str, value: AddressLike) -> None:
        self._guard(name)
        self.put(Field.of(name, value))

    def __delitem__(self, name: str) -> None:
        self._guard(name)
        kept = self._others(name)
        if len(kept) == len(self.raw_fields()):
            raise KeyError(name)
        self._fields = kept

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.field(name) is not None

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields())

    def __len__(self) -> int:
        return len(self.fields())

    def __repr__(self) -> str:
        return f"Headers({[(field.name, field.value) for field in self]!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return [(f.key, f.value) for f in self] == [(f.key, f.value) for f in other]

    __hash__ = None  # type: ignore[assignment]  # mutable

    def add(self, name: str, value: AddressLike) -> None:
        """Append a field, keeping those of the same name.

        Args:
            name: the field's name (RFC 5322 3.6.8: printable ASCII without colon).
            value: text; in an address field also addresses.

        Raises:
            ValueError: name or value cannot be written; says which character is in the way.
            TypeError: the value's type does not fit the field.
        """
        self._guard(name)
        self.raw_fields().append(Field.of(name, value))

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: _T) -> str | _T: ...
    def get(self, name: str, default: _T | None = None) -> str | _T | None:
        """The first field's decoded value, or the default."""
        field = self.field(name)
        return default if field is None else field.value

    def get_all(self, name: str) -> list[str]:
        """The decoded values of all fields of a name, in order; empty when there is none."""
        return [field.value for field in self.all_fields(name)]

    def field(self, name: str) -> Field | None:
        """The first field of a name, or None."""
        if self._refresh is not None:
            _ = self._refresh(self)
        return self.own(name.lower())

    def all_fields(self, name: str) -> list[Field]:
        """All fields of a name, in order."""
        if self._refresh is not None:
            _ = self._refresh(self)
        return self.all_own(name.lower())

    def fields(self) -> list[Field]:
        """All fields in order; the list is the collection's own."""
        if self._refresh is not None:
            _ = self._refresh(self)
        return self.raw_fields()

    def keys(self) -> list[str]:
        """The names in order, each as often as it occurs."""
        return [field.name for field in self]

    def values(self) -> list[str]:
        """The decoded values in order."""
        return [field.value for field in self]

    def items(self) -> list[tuple[str, str]]:
        """Names and decoded values in order."""
        return [(field.name, field.value) for field in self]

    # --- for the room: fields that are valid already, names the library writes itself -------------------------------

    def raw_fields(self) -> list[Field]:
        """The fields as they stand, the structure's own perhaps not among them yet."""
        return self._fields

    def own(self, key: str) -> Field | None:
        """The first field of a name in lower case, the structure's own perhaps not among them yet."""
        for field in self._fields:
            if field.key == key:
                return field
        return None

    def all_own(self, key: str) -> list[Field]:
        """All fields of a name in lower case, the structure's own perhaps not among them yet."""
        return [field for field in self._fields if field.key == key]

    def parameters(self, key: str) -> ParameterValue | None:
        """What the first field of a name in lower case says before its first semicolon, and its parameters."""
        field = self.own(key)
        return None if field is None else field.parameters

    def raw_value(self, key: str) -> bytes | None:
        """The octets behind the colon of the first field of a name in lower case."""
        field = self.own(key)
        return None if field is None else field.raw.partition(b":")[2]

    def put(self, field: Field) -> None:
        """Replace all fields of its name, at the place of the first, or append."""
        key = field.key
        fields = self.raw_fields()
        places = [index for index, known in enumerate(fields) if known.key == key]
        if not places:
            fields.append(field)
            return
        fields[places[0]] = field
        if len(places) > 1:
            self._fields = [known for known in fields if known is field or known.key != key]

    def append(self, field: Field) -> None:
        """Append a field as it is."""
        self.raw_fields().append(field)

    def drop(self, name: str) -> None:
        """Delete all fields of a name, when there are any."""
        self._fields = self._others(name)

    def replace(self, old: list[Field], new: list[Field]) -> None:
        """Put some fields in the place of others, which are told by identity."""
        gone = {id(field) for field in old}
        fields = self.raw_fields()
        places = [index for index, field in enumerate(fields) if id(field) in gone]
        kept = [field for field in fields if id(field) not in gone]
        at = places[0] if places else len(kept)
        kept[at:at] = new
        self._fields = kept

    def _others(self, name: str) -> list[Field]:
        key = name.lower()
        return [field for field in self.raw_fields() if field.key != key]

    def _guard(self, name: str) -> None:
        if name.lower() in self._written:
            raise ValueError(
                f"header {name!r} follows from the content and is written by mailwright; "
                "set text, html or attachments instead"
            )
