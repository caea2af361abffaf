"""The fields of a message as values: addresses, dates, identifiers (RFC 5322 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailwright.grammar import date as dates
from mailwright.grammar import ids
from mailwright.grammar.address import Address, AddressList, Group
from mailwright.mime.field import AddressLike, Field, to_identifiers
from mailwright.mime.part import Part

__all__ = ["TypedFields"]

_NO_ADDRESSES = AddressList()


class TypedFields(Part):
    """What a message knows about itself, read from its fields and written to them."""

    __slots__ = ()

    @property
    def from_(self) -> AddressList:
        """The authors (RFC 5322 3.6.2). Setting None or nothing deletes the field, here and below."""
        return self._addresses("from")

    @from_.setter
    def from_(self, value: AddressLike | None) -> None:
        self._set_addresses("From", value)

    @property
    def sender(self) -> AddressList:
        """Who sends it for the authors: one mailbox (RFC 5322 3.6.2)."""
        return self._addresses("sender")

    @sender.setter
    def sender(self, value: AddressLike | None) -> None:
        self._set_addresses("Sender", value)

    @property
    def reply_to(self) -> AddressList:
        """Where answers should go (RFC 5322 3.6.2)."""
        return self._addresses("reply-to")

    @reply_to.setter
    def reply_to(self, value: AddressLike | None) -> None:
        self._set_addresses("Reply-To", value)

    @property
    def to(self) -> AddressList:
        """The recipients (RFC 5322 3.6.3)."""
        return self._addresses("to")

    @to.setter
    def to(self, value: AddressLike | None) -> None:
        self._set_addresses("To", value)

    @property
    def cc(self) -> AddressList:
        """Who gets a copy (RFC 5322 3.6.3)."""
        return self._addresses("cc")

    @cc.setter
    def cc(self, value: AddressLike | None) -> None:
        self._set_addresses("Cc", value)

    @property
    def bcc(self) -> AddressList:
        """Who gets a copy unseen: part of the envelope, never written (RFC 5322 3.6.3)."""
        return self._addresses("bcc")

    @bcc.setter
    def bcc(self, value: AddressLike | None) -> None:
        self._set_addresses("Bcc", value)

    @property
    def subject(self) -> str:
        """The subject; empty when there is none (RFC 5322 3.6.5)."""
        field = self._own("subject")
        return "" if field is None else field.value

    @subject.setter
    def subject(self, value: str | None) -> None:
        if value is None:
            self._headers.drop("subject")
        else:
            self._headers.put(Field.of("Subject", value))

    @property
    def date(self) -> datetime | None:
        """When it was written (RFC 5322 3.6.1); None when its field is no date. Set an aware datetime."""
        self.complete()
        field = self._own("date")
        return None if field is None else dates.parse(field.value)

    @date.setter
    def date(self, value: datetime) -> None:
        self._headers.put(Field("Date", dates.format(value)))

    @property
    def message_id(self) -> str | None:
        """Its identifier with angle brackets (RFC 5322 3.6.4)."""
        self.complete()
        field = self._own("message-id")
        return None if field is None else next(iter(ids.parse_list(field.value)), None)

    @message_id.setter
    def message_id(self, value: str) -> None:
        self._headers.put(Field("Message-ID", ids.check(value, "message_id")))

    @property
    def in_reply_to(self) -> str | None:
        """The identifier of the message this one answers, the first when there are several (RFC 5322 3.6.4)."""
        field = self._own("in-reply-to")
        return None if field is None else next(iter(ids.parse_list(field.value)), None)

    @in_reply_to.setter
    def in_reply_to(self, value: str | Iterable[str] | None) -> None:
        self._set_identifiers("In-Reply-To", value)

    @property
    def references(self) -> tuple[str, ...]:
        """The identifiers of its thread, oldest first (RFC 5322 3.6.4). Set text or an iterable."""
        field = self._own("references")
        return () if field is None else tuple(ids.parse_list(field.value))

    @references.setter
    def references(self, value: str | Iterable[str] | None) -> None:
        self._set_identifiers("References", value)

    # --- one field ---------------------------------------------------------------------------------------------------

    def _own(self, key: str) -> Field | None:
        return self._headers.own(key)

    def _addresses(self, key: str) -> AddressList:
        fields = self._headers.all_own(key)
        if not fields:
            return _NO_ADDRESSES
        if len(fields) == 1:
            return fields[0].addresses
        return AddressList([item for field in fields for item in field.addresses])

    def _set_addresses(self, name: str, value: AddressLike | None) -> None:
        if value is not None and not isinstance(value, str | Address | Group | bytes):
            value = list(value)  # an iterator can be asked only once whether there is anything in it
        if value is None or value in ("", []):
            self._headers.drop(name)
        else:
            self._headers.put(Field.of(name, value))

    def _set_identifiers(self, name: str, value: str | Iterable[str] | None) -> None:
        text = "" if value is None else to_identifiers(value, name)
        if text:
            self._headers.put(Field.of(name, text))
        else:
            self._headers.drop(name)
