"""What is sent under faults goes out with the client that the bot ships, which never retries."""

from tests.faults.mutants import Address, Mutant, parts_of

ONE = {1: Address("http://127.0.0.1:1/api/", "xoxb-one")}
TWO = {**ONE, 2: Address("http://127.0.0.1:2/api/", "xoxb-two")}


def test_for_one_workspace_the_bot_makes_its_client_itself() -> None:
    assert parts_of(None, ONE, timeout=1).client_of is None


def test_for_several_it_is_the_bots_own_with_the_address_of_each() -> None:
    client_of = parts_of(None, TWO, timeout=1).client_of
    assert client_of is not None
    made = [client_of(one) for one in TWO]
    assert [(one.base_url, one.token) for one in made] == list(TWO.values())
    assert [one.retry_handlers for one in made] == [[], []]


def test_the_one_that_retries_is_another_one() -> None:
    for addresses in (ONE, TWO):
        client_of = parts_of(Mutant.SDK_RETRIES, addresses, timeout=1).client_of
        assert client_of is not None
        assert client_of(1).retry_handlers
