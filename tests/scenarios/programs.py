"""What people have of mini-apps and of their accounts' programs, for the walks; and what a stranger tries with it."""

from collections.abc import Mapping

from tests.scenarios.trying import Try
from warung import apps
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.wechat import service
from warung.wechat.model import ProgramDomains

NOWHERE = "0" * 20


def fill(tx: Tx, by: AccountId, official: AccountId, word: str) -> dict[str, str]:
    """Register an app of somebody's own and sign them in to it; give their account sites that only its staff knows."""
    made = apps.register(tx, by=by, name=word[-40:], official=official).app
    apps.session_of(tx, app=made, code=apps.sign_in(tx, by=by, appid=made.appid).code)
    site = f"{word.lower()}.example"
    service.set_domains(tx, by=by, account=official, wanted=ProgramDomains([site], [site], []))
    return {"app": made.id, "appid": made.appid}


def tries(have: Mapping[str, str]) -> dict[str, list[Try]]:
    """Return what to try with each route, given another's ids."""
    here, app = f"/officials/{have.get('official', NOWHERE)}", f"/apps/{have.get('app', NOWHERE)}"
    appid = have.get("appid", "wx" + "0" * 16)
    claim = {"appid": appid, "timestamp": "1", "nonce": "n", "signature": "0" * 40, "url": "https://x.example/"}
    return {
        "GET /apps": [Try("/apps")],
        "POST /apps": [Try("/apps", {"name": "punyaku"}), Try("/apps", {"name": "punyaku", "official": have.get("official", NOWHERE)})],
        "PATCH /apps/{id}": [Try(app, {"name": "direbut"})],
        "POST /apps/{id}/secret": [Try(f"{app}/secret")],
        "DELETE /apps/{id}": [Try(app)],
        "POST /app-visits/{appid}/code": [Try(f"/app-visits/{appid}/code")],
        "POST /app-visits/{appid}/profile": [Try(f"/app-visits/{appid}/profile")],
        "POST /app-visits/{appid}/phone": [Try(f"/app-visits/{appid}/phone", {"number": "+62 812 3456 7890"})],
        "GET /officials/{id}/callback": [Try(f"{here}/callback")],
        "PUT /officials/{id}/callback": [Try(f"{here}/callback", {"url": "https://x.example/", "token": "abc"})],
        "DELETE /officials/{id}/callback": [Try(f"{here}/callback")],
        "PUT /officials/{id}/domains": [Try(f"{here}/domains", {"oauth": ["x.example"], "js": [], "addresses": []})],
        "POST /pages/verify": [Try("/pages/verify", claim)],
        "POST /pages/media": [Try("/pages/media", {}, {"appid": appid})],
        "GET /pages/media": [Try("/pages/media", params={"appid": appid, "media_id": "x" * 43})],
        "GET /sites": [Try("/sites")],
        "DELETE /sites/{appid}": [Try(f"/sites/{appid}")],
    }
