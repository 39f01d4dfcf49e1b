// The domains of the client beyond contacts and accounts, in the order of the floors. Each is a few lines until it is wanted.
import { DOMAIN as chat } from "../domains/chat/domain";
import type { ClientDomain } from "../domains/chat/plugs";
import { DOMAIN as media } from "../domains/media/domain";
import { DOMAIN as moments } from "../domains/moments/domain";
import { DOMAIN as official } from "../domains/official/domain";
import { DOMAIN as pay } from "../domains/pay/domain";
import { DOMAIN as polls } from "../domains/polls/domain";
import { DOMAIN as push } from "../domains/push/domain";
import { DOMAIN as stickers } from "../domains/stickers/domain";
import { DOMAIN as wechatpay } from "../domains/wechatpay/domain";

export const DOMAINS: readonly ClientDomain[] = [media, chat, pay, stickers, moments, polls, official, push, wechatpay];
