"""Where an account needs what it keeps: a menu, an answer of its own, an article that is written or published."""

from warung import media
from warung.kit.db import Reader
from warung.kit.ids import AccountId
from warung.official import menus, model_articles, rules, store_materials


def is_needed(reader: Reader, *, official: AccountId, media_id: str) -> bool:
    """Say whether a menu, an answer, a draft or a published article of the account shows this material or draft."""
    buttons = [button for each in menus.menus_of(reader, official=official) for button in menus.pressable(each.menu)]
    if media_id in {each.media_id for each in (*buttons, *(button.answer for button in buttons)) if each is not None}:
        return True
    kept = rules.replies(reader, official=official)
    said = [answer for rule in kept.rules for answer in rule.answers]
    if media_id in {each.media_id for each in (*said, kept.on_follow, kept.default) if each is not None}:
        return True
    found = store_materials.one(reader, media_id)
    return found is not None and media.is_held(reader, found.blob, holder=model_articles.HOLDER)
