"""The fields of a message as values: addresses, dates, identifiers (RFC 5322 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mailwright.grammar import date as dates
from mailwright.grammar import folding, ids, lists
from mailwright.grammar.address import Address, AddressList, Group
from mailwright.grammar.lexer import refuse_controls
from mailwright.grammar.lists import ListId, Unsubscribe
from mailwright.mime.field import AddressLike, Field, to_identifiers
from mailwright.mime.part import Part

if TYPE_CHECKING:
    from mailwright.grammar.authres import AuthenticationResults
    from mailwright.grammar.trace import Received

__all__ = ["TypedFields"]

_NO_ADDRESSES = AddressList()
_ONE = (str, Address, Group, bytes)  # made once: a union would be made anew each time it is asked for


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
        return None if field is None else field.read_as(dates.parse)

    @date.setter
    def date(self, value: datetime) -> None:
        self._headers.put(Field("Date", dates.format(value)))

    @property
    def message_id(self) -> str | None:
        """Its identifier with angle brackets (RFC 5322 3.6.4)."""
        self.complete()
        field = self._own("message-id")
        return None if field is None else next(iter(field.read_as(ids.parse_list)), None)

    @message_id.setter
    def message_id(self, value: str) -> None:
        self._headers.put(Field("Message-ID", ids.check(value, "message_id")))

    @property
    def in_reply_to(self) -> str | None:
        """The identifier of the message this one answers, the first when there are several (RFC 5322 3.6.4)."""
        field = self._own("in-reply-to")
        return None if field is None else next(iter(field.read_as(ids.parse_list)), None)

    @in_reply_to.setter
    def in_reply_to(self, value: str | Iterable[str] | None) -> None:
        self._set_identifiers("In-Reply-To", value)

    @property
    def references(self) -> tuple[str, ...]:
        """The identifiers of its thread, oldest first (RFC 5322 3.6.4). Set text or an iterable."""
        field = self._own("references")
        return () if field is None else tuple(field.read_as(ids.parse_list))

    @references.setter
    def references(self, value: str | Iterable[str] | None) -> None:
        self._set_identifiers("References", value)

    @property
    def received(self) -> tuple[Received, ...]:
        """The way it came, the last hop first (RFC 5321 4.4)."""
        from mailwright.grammar import trace

        return tuple([field.read_as(trace.parse_received) for field in self._headers.all_own("received")])

    @property
    def authentication_results(self) -> tuple[AuthenticationResults, ...]:
        """What servers on its way found out about its author, the last first (RFC 8601).

        Anybody can write such a field: only those whose ``authserv_id`` is a server of one's own are worth anything.
        """
        from mailwright.grammar import authres

        return tuple([field.read_as(authres.parse) for field in self._headers.all_own("authentication-results")])

    # --- lists and calendars ------------------------------------------------------------------------------------------

    @property
    def unsubscribe(self) -> Unsubscribe | None:
        """How to leave the list it came by (RFC 2369 3.2, RFC 8058); None when it does not say. None deletes.

        Of several URLs of a kind the first counts, and ``https:`` before ``http:``.
        """
        value = self._headers.raw_value("list-unsubscribe")
        urls = [] if value is None else [url for url in lists.parse_commands(value).urls if len(url) <= lists.URL_LIMIT]
        mailto, secure, plain = (
            next((url for url in urls if url.lower().startswith(scheme)), None)
            for scheme in ("mailto:", "https://", "http://")
        )
        if not (mailto or secure or plain):
            return None
        post = self._own("list-unsubscribe-post")
        one_click = post is not None and post.value.strip().lower() == "list-unsubscribe=one-click"
        return Unsubscribe(mailto, secure or plain, one_click=one_click and secure is not None)

    @unsubscribe.setter
    def unsubscribe(self, value: Unsubscribe | None) -> None:
        fields = [] if value is None else [Field.of(*pair) for pair in value.fields()]
        for name in {"list-unsubscribe", "list-unsubscribe-post"} - {field.key for field in fields}:
            self._headers.drop(name)
        for field in fields:
            self._headers.put(field)

    @property
    def list_id(self) -> ListId | None:
        """The list it came by (RFC 2919); None when it does not say. Set a ``ListId`` or its text; None deletes."""
        value = self._headers.raw_value("list-id")
        return None if value is None else lists.parse_id(value)

    @list_id.setter
    def list_id(self, value: ListId | str | None) -> None:
        if value is None:
            self._headers.drop("list-id")
        else:
            self._headers.put(Field.from_source("List-Id", folding.identifiers("List-Id", str(_list_id(value)))))

    @property
    def calendar(self) -> str | None:
        """The text of the first text/calendar part, with LF line ends; None when there is none (RFC 6047)."""
        part = next((part for part in self.walk() if part.content_type == "text/calendar" and not part.parts), None)
        return None if part is None else part.read_text()

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
        if value is not None and not isinstance(value, _ONE):
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


def _list_id(value: ListId | str) -> ListId:
    if not isinstance(value, str):
        return value
    refuse_controls(value, "list_id")
    found = lists.parse_id(value)
    if found is None:
        raise ValueError(f"list_id {value!r} names no list; write announce.example.com or News <announce.example.com>")
    return found
