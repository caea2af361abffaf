"""The strongest mechanism both sides know and the policy allows is chosen, and the lack of one has a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mailwright.errors import NotSupported
from mailwright.sasl import (
    Anonymous,
    ClientCertificate,
    CramMd5,
    Credentials,
    Login,
    Mechanism,
    OAuth2,
    Occasion,
    Password,
    Plain,
    Policy,
    Scram,
    Strength,
    choose,
    narrowed,
    register,
)

# The package shows a function by the name of the module it lives in.
from mailwright.sasl.choose import _BUILT_IN, _registered

ALICE = Password("alice", "secret")
TOKEN = OAuth2("alice", "token")
OCCASION = Occasion("smtp", "mail.example.com", 587, nonce=lambda: "nonce")
BOUND = Occasion(
    "smtp", "mail.example.com", 587, {"tls-server-end-point": b"e", "tls-unique": b"u"}, nonce=lambda: "nonce"
)
PLUS = ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"]
RANKED = [
    "SCRAM-SHA-512",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "NTLM",
    "DIGEST-MD5",
    "CRAM-MD5",
    "PLAIN",
    "LOGIN",
]


def only(minimum: Strength = Strength.NONE, *, forbid: tuple[str, ...] = ()) -> Password:
    return Password("alice", "secret", mechanisms=Policy(minimum, forbid=forbid))


# --- the ranking ---


@pytest.mark.parametrize("best", range(len(PLUS + RANKED)))
def test_the_strongest_offered_is_chosen(best: int) -> None:
    offered = (PLUS + RANKED)[best:]
    assert choose(ALICE, {*offered, "GSSAPI", "XOAUTH2", "X-OTHER"}, BOUND).name == offered[0]


@pytest.mark.parametrize("best", range(len(RANKED)))
def test_without_a_channel_binding_nothing_bound_is_chosen(best: int) -> None:
    assert choose(ALICE, {*PLUS, *RANKED[best:]}, OCCASION).name == RANKED[best]


@pytest.mark.parametrize(
    ("credentials", "chosen"),
    [
        (TOKEN, "OAUTHBEARER"),
        (ClientCertificate(), "EXTERNAL"),
        (Anonymous(), "ANONYMOUS"),
        (ALICE, "SCRAM-SHA-256"),
        (Password("alice", "secret", authorization_id="bob"), "SCRAM-SHA-256"),
    ],
)
def test_each_kind_of_credentials_has_its_own(credentials: Credentials, chosen: str) -> None:
    offered = {"OAUTHBEARER", "XOAUTH2", "EXTERNAL", "ANONYMOUS", "PLAIN", "SCRAM-SHA-256"}
    assert choose(credentials, offered, OCCASION).name == chosen


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [({"NTLM", "CRAM-MD5", "LOGIN", "PLAIN"}, "PLAIN"), ({"NTLM", "CRAM-MD5", "LOGIN", "DIGEST-MD5"}, "DIGEST-MD5")],
)
def test_acting_for_somebody_else_needs_a_mechanism_that_can_say_so(offered: set[str], chosen: str) -> None:
    assert choose(Password("alice", "secret", authorization_id="bob"), offered, OCCASION).name == chosen


def test_where_md5_is_forbidden_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(choose.__globals__, "md5_is_allowed", lambda: False)
    assert choose(ALICE, {"DIGEST-MD5", "CRAM-MD5", "LOGIN"}, OCCASION).name == "LOGIN"


def test_a_mechanism_without_a_nonce_needs_no_occasion_and_one_with_it_does() -> None:
    assert isinstance(choose(ALICE, ["PLAIN"]), Plain)
    assert isinstance(choose(ALICE, ["LOGIN"]), Login)
    assert isinstance(choose(ALICE, ["CRAM-MD5"]), CramMd5)
    with pytest.raises(ValueError, match="needs a nonce"):
        choose(ALICE, ["PLAIN", "SCRAM-SHA-1"])


def test_every_mechanism_tells_the_truth_about_its_strength() -> None:
    """What reveals the password is ranked so, and what is ranked as proven has the server prove itself."""
    for name, known in _BUILT_IN.items():
        if known.kind is Password:
            mechanism = choose(ALICE, [name], BOUND)
            assert mechanism.name == name
            assert mechanism.reveals_secret is (known.strength is Strength.REVEALED)
            assert mechanism.proves_server or known.strength < Strength.PROVEN


@pytest.mark.parametrize(
    ("offered", "header"), [({"SCRAM-SHA-256"}, b"y,,"), ({"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}, b"n,,")]
)
def test_an_unbound_exchange_says_whether_the_server_offered_to_bind_it(offered: set[str], header: bytes) -> None:
    unbound = only(forbid=tuple(PLUS))
    assert (choose(unbound, offered, BOUND).first() or b"").startswith(header)


# --- the policy ---


@pytest.mark.parametrize(
    ("credentials", "chosen"),
    [
        (only(), "SCRAM-SHA-256"),
        (only(forbid=("SCRAM-SHA-256",)), "CRAM-MD5"),
        (Password("alice", "secret", mechanisms=("LOGIN", "PLAIN")), "PLAIN"),
        (Password("alice", "secret", mechanisms="login"), "LOGIN"),
    ],
)
def test_the_credentials_say_what_may_be_used(credentials: Password, chosen: str) -> None:
    assert choose(credentials, {"SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"}, OCCASION).name == chosen


@pytest.mark.parametrize("minimum", Strength)
def test_nothing_weaker_than_the_minimum_is_used(minimum: Strength) -> None:
    offered = set(PLUS + RANKED)
    while offered:
        try:
            name = choose(only(minimum), offered, BOUND).name
        except NotSupported as error:
            assert error.reference == "auth-no-common-mechanism"  # noqa: PT017  how far it goes is the question
            break
        assert _BUILT_IN[name].strength >= minimum
        offered.discard(name)
    weaker = {name for name in PLUS + RANKED if _BUILT_IN[name].strength < minimum}
    assert offered == weaker


# --- nothing in common ---


@pytest.mark.parametrize("credentials", [ALICE, TOKEN, Anonymous()])
def test_no_offer_at_all_has_its_reference(credentials: Credentials) -> None:
    with pytest.raises(NotSupported) as caught:
        choose(credentials, ())
    assert (caught.value.reference, caught.value.stage) == ("auth-not-offered", "authentication")


def test_no_common_mechanism_names_both_sides() -> None:
    with pytest.raises(NotSupported, match=r"GSSAPI, XOAUTH2.*Password can be used with.*PLAIN, LOGIN\.") as caught:
        choose(ALICE, {"XOAUTH2", "GSSAPI"})
    assert caught.value.reference == "auth-no-common-mechanism"


def test_a_token_for_a_server_of_passwords_has_its_own_reference() -> None:
    with pytest.raises(NotSupported, match="OAuth2 can be used with OAUTHBEARER, XOAUTH2") as caught:
        choose(TOKEN, {"PLAIN"})
    assert caught.value.reference == "oauth-not-supported-by-server"


def test_a_policy_that_is_in_the_way_is_named() -> None:
    with pytest.raises(NotSupported, match=r"can be used with SCRAM.*allow more in the credentials' mechanisms"):
        choose(only(Strength.PROVEN), {"PLAIN"}, OCCASION)
    with pytest.raises(NotSupported, match="may be used with nothing, by its policy"):
        choose(Password("a", "b", mechanisms=()), {"PLAIN"})


# --- after a refusal ---


def test_an_unrecognised_mechanism_is_not_tried_again() -> None:
    first = choose(ALICE, {"CRAM-MD5", "PLAIN"}, OCCASION)
    occasion = narrowed(OCCASION, first, is_unrecognised=True)
    assert occasion is not None
    second = choose(ALICE, {"CRAM-MD5", "PLAIN"}, occasion)
    assert (first.name, second.name) == ("CRAM-MD5", "PLAIN")
    last = narrowed(occasion, second, is_unrecognised=True)
    with pytest.raises(NotSupported):
        choose(ALICE, {"CRAM-MD5", "PLAIN"}, last)


@pytest.mark.parametrize("name", [*RANKED, "SCRAM-SHA-256"])
def test_a_verdict_is_believed(name: str) -> None:
    assert narrowed(BOUND, choose(ALICE, [name], BOUND), is_unrecognised=False) is None


def test_a_bound_exchange_that_was_refused_before_the_proof_is_tried_with_each_binding_and_then_unbound() -> None:
    offered = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "PLAIN"}
    occasion: Occasion | None = BOUND
    headers: list[bytes] = []
    while occasion is not None:
        mechanism = choose(ALICE, offered, occasion)
        assert isinstance(mechanism, Scram)
        headers.append(mechanism.name.encode() + b" " + mechanism.first().split(b",")[0])
        occasion = narrowed(occasion, mechanism, is_unrecognised=False)
    assert headers == [
        b"SCRAM-SHA-256-PLUS p=tls-unique",
        b"SCRAM-SHA-256-PLUS p=tls-server-end-point",
        b"SCRAM-SHA-256 n",  # not "y": the server did offer it
    ]


def test_who_wants_to_be_bound_is_never_unbound() -> None:
    occasion = narrowed(OCCASION, choose(only(Strength.BOUND), PLUS, BOUND), is_unrecognised=False)
    with pytest.raises(NotSupported):
        choose(only(Strength.BOUND), {*PLUS, *RANKED}, occasion)


def test_a_bound_exchange_that_was_refused_after_the_proof_is_over() -> None:
    mechanism = choose(ALICE, PLUS, BOUND)
    mechanism.next(b"r=nonce1,s=c2FsdA==,i=1")
    assert narrowed(BOUND, mechanism, is_unrecognised=False) is None


# --- mechanisms of others ---


@pytest.fixture
def _tidy() -> Iterator[None]:
    yield
    _registered.clear()


class Mine(Plain):
    name = "X-MINE"


@dataclass(frozen=True)
class Badge:
    """Credentials of somebody else's making."""

    number: int
    is_secret: bool = True
    mechanisms: None = None

    @property
    def username(self) -> str:
        return f"badge {self.number}"


class ShowBadge(Plain):
    name = "X-BADGE"

    def __init__(self, badge: Badge, occasion: Occasion) -> None:
        super().__init__(Password(f"{badge.number}", occasion.host))


@pytest.mark.usefixtures("_tidy")
def test_a_registered_mechanism_takes_its_place() -> None:
    def begin(credentials: Password, occasion: Occasion) -> Mechanism:
        return Mine(credentials)

    register("x-mine", begin, Strength.CHALLENGED)
    assert choose(ALICE, {"X-MINE", "SCRAM-SHA-1"}, OCCASION).name == "SCRAM-SHA-1"
    assert choose(ALICE, {"X-MINE", "NTLM", "PLAIN"}, OCCASION).name == "X-MINE"
    assert choose(only(Strength.CHALLENGED), {"X-MINE", "PLAIN"}, OCCASION).name == "X-MINE"
    with pytest.raises(NotSupported):
        choose(only(Strength.PROVEN), {"X-MINE", "PLAIN"}, OCCASION)


@pytest.mark.usefixtures("_tidy")
def test_a_registered_mechanism_may_replace_and_may_decline() -> None:
    def decline(credentials: Password, occasion: Occasion) -> None: ...

    register("SCRAM-SHA-512", decline, Strength.PROVEN)
    assert choose(ALICE, {"SCRAM-SHA-512", "SCRAM-SHA-1"}, OCCASION).name == "SCRAM-SHA-1"
    with pytest.raises(NotSupported):
        choose(ALICE, {"SCRAM-SHA-512"}, OCCASION)


@pytest.mark.usefixtures("_tidy")
def test_credentials_of_others_go_with_their_mechanism() -> None:
    register("X-BADGE", ShowBadge, Strength.REVEALED, credentials=Badge)
    badge = Badge(7)
    assert choose(badge, {"X-BADGE", "PLAIN"}, OCCASION).first() == b"\x007\0mail.example.com"
    with pytest.raises(NotSupported, match="Badge can be used with X-BADGE"):
        choose(badge, {"PLAIN"}, OCCASION)
    with pytest.raises(NotSupported):
        choose(ALICE, {"X-BADGE"}, OCCASION)


@pytest.mark.parametrize("name", ["", "X MINE", "X" * 21])
def test_a_mechanism_has_a_name_that_can_be_announced(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a SASL mechanism"):
        register(name, lambda who, _: Plain(who), Strength.REVEALED)
    assert not _registered
