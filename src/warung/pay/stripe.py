"""The Stripe connector, through Stripe's own library, which is loaded only where a key is set."""

import importlib
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

from warung.kit.clock import MINUTE, SECOND
from warung.pay.model import Settings
from warung.pay.provider import (
    BadNotice,
    Begun,
    Charge,
    NoProvider,
    Notice,
    Payout,
    Provider,
    ProviderRefused,
    ProviderSilent,
    Returned,
    State,
)

TOLERANCE = 5 * MINUTE
MOST_PAGES = 100
OURS = "warung"  # the field of a thing's metadata that holds our key


class Stripe:
    """Stripe's side of the port: payment intents, refunds, payouts, charges, and events.

    It pays out of the account that the key belongs to, to bank accounts and cards that Stripe knows of that account.
    """

    name = "stripe"

    def __init__(self, key: str, webhook_secret: str, url: str, capture: bool) -> None:
        self._stripe: Any = importlib.import_module("stripe")
        self._key, self._secret = key, webhook_secret
        self._how = {"capture_method": "manual"} if capture else {}
        self._addresses = {"base_addresses": {"api": url}} if url else {}

    async def begin(self, *, key: str, amount: int, currency: str) -> Begun:
        """Make a payment intent."""
        params = {"amount": amount, "currency": currency.lower(), **self._how}
        made = await self._asked(lambda client: client.v1.payment_intents.create_async(params, {"idempotency_key": key}))
        return Begun(made.id, made.client_secret)

    async def fetch(self, charge: str) -> Charge:
        """Return a payment intent as it is now."""
        return _charge(await self._asked(lambda client: client.v1.payment_intents.retrieve_async(charge)))

    async def capture(self, charge: str, *, key: str) -> Charge:
        """Capture a payment intent."""
        return _charge(
            await self._asked(lambda client: client.v1.payment_intents.capture_async(charge, {}, {"idempotency_key": f"{key}/capture"}))
        )

    async def cancel(self, charge: str, *, key: str) -> Charge:
        """Cancel a payment intent."""
        return _charge(
            await self._asked(lambda client: client.v1.payment_intents.cancel_async(charge, {}, {"idempotency_key": f"{key}/cancel"}))
        )

    async def refund(self, charge: str, *, key: str, amount: int) -> None:
        """Give back."""
        params = {"payment_intent": charge, "amount": amount, "metadata": {OURS: key}}
        await self._asked(lambda client: client.v1.refunds.create_async(params, {"idempotency_key": key}))

    async def refunds(self, charge: str) -> list[Returned]:
        """List the refunds of a payment intent."""
        found = await self._listed(lambda client: client.v1.refunds, {"payment_intent": charge})
        return [Returned(_key(each), _state(each.status), each.amount) for each in found]

    async def pay_out(self, *, key: str, amount: int, currency: str, to: str) -> Payout:
        """Make a payout."""
        params = {"amount": amount, "currency": currency.lower(), "destination": to, "metadata": {OURS: key}}
        return _payout(await self._asked(lambda client: client.v1.payouts.create_async(params, {"idempotency_key": key})))

    async def payout(self, id: str) -> Payout:
        """Return a payout as it is now."""
        return _payout(await self._asked(lambda client: client.v1.payouts.retrieve_async(id)))

    async def payouts(self, at: int) -> list[Payout]:
        """List the payouts that were made since a time."""
        found = await self._listed(lambda client: client.v1.payouts, {}, at // SECOND - 1)
        return [_payout(each) for each in found]

    async def since(self, at: int) -> list[Charge]:
        """List the charges that succeeded since a time, by their payment intents."""
        found = await self._listed(lambda client: client.v1.charges, {"created": {"gt": at // SECOND - 1}})
        paid = [each for each in found if each.status == "succeeded" and each.payment_intent]
        return [Charge(str(each.payment_intent), "succeeded", each.amount, each.currency.upper()) for each in paid]

    async def _listed(self, things: Callable[[Any], Any], params: dict[str, Any], since_s: int = 0) -> list[Any]:
        """Return all pages of a list, as far back as a time: the newest come first."""
        found: list[Any] = []
        params = params | {"limit": 100}
        for _ in range(MOST_PAGES):
            page = await self._asked(lambda client: things(client).list_async(params))
            found += [each for each in page.data if each.created >= since_s]
            if not page.has_more or page.data[-1].created < since_s:
                break
            params["starting_after"] = page.data[-1].id
        return found

    def heard(self, body: bytes, headers: Mapping[str, str], now: int) -> Notice:
        """Verify an event by Stripe's own library: signature over the raw body, not older than five minutes."""
        try:
            event = self._stripe.Webhook.construct_event(body, headers.get("stripe-signature", ""), self._secret, TOLERANCE // SECOND)
            kind, thing = str(event["type"]), event["data"]["object"]
            if kind.startswith("payment_intent."):
                return Notice(str(event["id"]), "charge", str(thing["id"]))
            if kind == "charge.dispute.created":
                return Notice(str(thing["id"]), "dispute", str(thing["payment_intent"]), int(thing["amount"]))
            if kind == "charge.dispute.closed" and thing["status"] == "won":
                return Notice(str(thing["id"]), "won", str(thing["payment_intent"]), int(thing["amount"]))
            if kind.startswith("payout."):
                return Notice(str(event["id"]), "payout", str(thing["id"]))
            return Notice(str(event["id"]), "other", "")
        except (self._stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
            raise BadNotice from None

    async def _asked(self, question: Callable[[Any], Awaitable[Any]]) -> Any:
        """Ask, over a connection of its own. We repeat ourselves by jobs: a library that did so too would only hide what is slow."""
        http = self._stripe.HTTPXClient(timeout=15)
        try:
            return await question(self._stripe.StripeClient(self._key, http_client=http, max_network_retries=0, **self._addresses))
        except (self._stripe.APIConnectionError, self._stripe.RateLimitError):
            raise ProviderSilent from None
        except self._stripe.StripeError as refused:
            if (refused.http_status or 500) >= 500:
                raise ProviderSilent from None
            raise ProviderRefused(reason=str(refused.user_message or refused.code or "")[:200]) from None
        finally:
            await http.close_async()


def _charge(intent: Any) -> Charge:
    """What was received counts, and only where the provider says nothing of that, what was asked for."""
    received = getattr(intent, "amount_received", None) or intent.amount
    return Charge(intent.id, _state(intent.status), received, intent.currency.upper())


def _payout(made: Any) -> Payout:
    return Payout(made.id, _state(made.status), made.amount, made.currency.upper(), _key(made))


def _state(status: str) -> State:
    states: dict[str, State] = {
        "succeeded": "succeeded",
        "paid": "succeeded",
        "requires_capture": "authorised",
        "canceled": "failed",
        "failed": "failed",
    }
    return states.get(status, "waiting")


def _key(thing: Any) -> str:
    return str(getattr(getattr(thing, "metadata", None), OURS, ""))


@lru_cache(maxsize=8)
def _connector(key: str, webhook_secret: str, url: str, capture: bool) -> Stripe:
    return Stripe(key, webhook_secret, url, capture)


def connected(settings: Settings) -> Provider:
    """Return the provider that the settings name. Raises `NoProvider`."""
    if not settings.stripe_key:
        raise NoProvider
    return _connector(settings.stripe_key, settings.stripe_webhook, settings.stripe_url, settings.stripe_capture)
