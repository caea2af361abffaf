"""Names into addresses, in the order to try them.

The system's resolver is asked, not the DNS itself, so that ``/etc/hosts``, mDNS and what else an administrator has set
up hold for mail as for everything else. Its C function cannot be given a deadline. In blocking code it therefore runs
in a thread that is left behind when the time is over; this is the only thread this package ever starts by itself.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from itertools import chain, zip_longest

import anyio

from mailwright.errors import ConnectTimeout, NameResolutionError
from mailwright.net.endpoint import Endpoint

__all__ = ["aresolve", "interleave", "own_name", "resolve", "too_slow"]

_TEMPORARY = {socket.EAI_AGAIN}
_NO_ADDRESS = {getattr(socket, "EAI_NODATA", socket.EAI_NONAME), getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME)}


def resolve(endpoint: Endpoint, seconds: float) -> list[str]:
    """The addresses of an endpoint, in the order to try them.

    Raises:
        NameResolutionError: there are none, or the resolver failed.
        ConnectTimeout: the resolver did not answer in time.
    """
    if _is_address(endpoint.ascii_host):
        return [endpoint.ascii_host]
    answers: list[list[str] | OSError] = []
    asking = threading.Thread(target=_ask, args=(endpoint, answers), name="mailwright-resolve", daemon=True)
    asking.start()
    asking.join(seconds)
    if not answers:
        raise too_slow(endpoint, seconds)
    answer = answers[0]
    if isinstance(answer, OSError):
        raise _explained(endpoint, answer) from answer
    return answer


async def aresolve(endpoint: Endpoint) -> list[str]:
    """As :func:`resolve`; a cancel scope is its deadline."""
    if _is_address(endpoint.ascii_host):
        return [endpoint.ascii_host]
    try:
        found = await anyio.getaddrinfo(endpoint.ascii_host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _explained(endpoint, error) from error
    return interleave([str(address[0]) for *_, address in found])


def own_name(local_address: str) -> str:
    """The name to greet a server with: this machine's, when it is a full one, or its address (RFC 5321 4.1.3).

    Nothing is looked up: ``socket.getfqdn()`` can take many seconds, and what it finds is often no better.
    """
    name = socket.gethostname()
    if "." in name.strip("."):
        try:
            return Endpoint(name, 25).ascii_host
        except ValueError:
            pass  # a name no server would like either
    try:
        address = ipaddress.ip_address(local_address.partition("%")[0])
    except ValueError:
        return "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def interleave(addresses: Sequence[str]) -> list[str]:
    """Alternate the address families, beginning with the resolver's favourite (RFC 8305 4)."""
    unique = list(dict.fromkeys(addresses))
    if not unique:
        return []
    first_is_v6 = ":" in unique[0]
    favourites = [address for address in unique if (":" in address) == first_is_v6]
    others = [address for address in unique if (":" in address) != first_is_v6]
    return [address for address in chain.from_iterable(zip_longest(favourites, others)) if address is not None]


def _ask(endpoint: Endpoint, answers: list[list[str] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(endpoint.ascii_host, endpoint.port, type=socket.SOCK_STREAM)
        answers.append(interleave([str(address[0]) for *_, address in found]))
    except OSError as error:
        answers.append(error)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def too_slow(endpoint: Endpoint, seconds: float) -> ConnectTimeout:
    """The error for a resolver that did not answer in time."""
    return ConnectTimeout(
        f"The name {endpoint.host} was not resolved within {seconds:.3g} seconds.",
        "Check the resolver this machine uses.",
        reference="dns-timeout",
        stage="dns",
        host=endpoint.host,
        port=endpoint.port,
    )


def _explained(endpoint: Endpoint, error: OSError) -> NameResolutionError:
    reference, hint = "dns-nxdomain", "Check its spelling."
    if error.errno in _TEMPORARY:
        reference, hint = "dns-temporary-failure", "The resolver failed for now; check the network, then try again."
    elif error.errno in _NO_ADDRESS and error.errno != socket.EAI_NONAME:
        reference, hint = "dns-no-address", "The name exists and has no address; a mail domain is not its mail server."
    return NameResolutionError(
        f"The name {endpoint.host} has no address: {error.strerror or error}.",
        hint,
        reference=reference,
        stage="dns",
        host=endpoint.host,
        port=endpoint.port,
    )
