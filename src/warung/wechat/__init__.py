"""The face that speaks WeChat's developer API, so that programs written for it talk to accounts of this place."""

from warung.wechat.ca import HOSTS, Certificates, certificates
from warung.wechat.gateway import Doors, Gateway
from warung.wechat.gateway import opened as gateway_opened

__all__ = ["HOSTS", "Certificates", "Doors", "Gateway", "certificates", "gateway_opened"]
