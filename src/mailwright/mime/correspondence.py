"""What a message gives rise to: something to read, an answer, a message that passes it on, the next one of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mailwright.mime.typed import TypedFields

if TYPE_CHECKING:
    from mailwright.mime.answering import Answered
    from mailwright.mime.field import AddressLike
    from mailwright.mime.message import Message
    from mailwright.mime.reports import Report

__all__ = ["Correspondence"]


class Correspondence(TypedFields):
    """The part of ``Message`` that reads it whole, and begins others with it."""

    __slots__ = ()

    @property
    def report(self) -> Report | None:
        """What it reports to programs: a delivery status, a disposition, a complaint; None for no report (RFC 6522)."""
        from mailwright.mime import reports

        return reports.report(cast("Message", self))

    def as_text(self) -> str:
        """Everything a person would read as text: the text, its lines joined when it is flowed; else the HTML as text.

        Returns:
            The text; empty when there is nothing to read.
        """
        from mailwright.mime import answering

        return answering.as_text(cast("Message", self))

    def as_html(self) -> str:
        """Everything a person would read as HTML: the HTML as it is, or the text as HTML.

        HTML that came by mail is not made safe to be shown here; what is made of text is.
        """
        from mailwright.mime import answering

        return answering.as_html(cast("Message", self))

    def reply(
        self,
        *,
        from_: AddressLike,
        text: str = "",
        html: str | None = None,
        to: Answered = "author",
        quote: bool = True,
    ) -> Message:
        """Begin an answer to this message: recipients, subject, thread and quotation (RFC 5322 3.6.4).

        Args:
            from_: who answers, and so gets no copy.
            text: the answer, which stands above what it quotes.
            html: the answer as HTML, when there is to be HTML.
            to: ``"author"`` is where Reply-To or From say; ``"all"`` gives a copy to who got the message; ``"list"`` is
                where List-Post says.
            quote: quote the message, pictures in its HTML included.

        Returns:
            A new message, to be changed and sent.

        Raises:
            ValueError: there is nobody to answer.
        """
        from mailwright.mime import answering

        return answering.reply(cast("Message", self), from_=from_, text=text, html=html, to=to, quote=quote)

    def forward(
        self,
        *,
        from_: AddressLike,
        to: AddressLike,
        text: str = "",
        html: str | None = None,
        as_attachment: bool = False,
    ) -> Message:
        """Begin a message that passes this one on, with its attachments.

        Args:
            from_: who passes it on.
            to: who gets it.
            text: what to say above it.
            html: the same as HTML.
            as_attachment: attach it as message/rfc822, every octet as it is, instead of writing it below the text.

        Returns:
            A new message, to be changed and sent.
        """
        from mailwright.mime import answering

        return answering.forward(
            cast("Message", self), from_=from_, to=to, text=text, html=html, as_attachment=as_attachment
        )

    def template(self) -> Message:
        """Begin a new message with everything this one says: its fields, texts, pictures and attachments.

        What belongs to one message alone is left out: its date, identifiers and thread, its way (Received and the like)
        and its signatures. In the smallest structure that holds it, as of a message that is composed.
        """
        from mailwright.mime import answering

        return answering.template(cast("Message", self))
