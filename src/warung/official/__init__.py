"""Official accounts: companies that talk to those who follow them, within what these agreed to, and the programs that do it for them."""

from pathlib import Path

from warung import contacts
from warung.kit.domain import Chore, Domain, Errand, Follower
from warung.kit.kind import Kind as ConversationKind
from warung.official import (
    broadcasting,
    complaints,
    counting,
    delivering,
    inbox,
    keeping,
    model_articles,
    model_broadcasts,
    model_materials,
    notifying,
    publishing,
    routes,
    routes_articles,
    routes_codes,
    routes_desk,
    routes_programs,
    routes_reading,
    routes_sending,
    routes_staff,
    routes_team,
)
from warung.official.answers import AutoAnswer, NotAnAnswer, card_of
from warung.official.broadcasting import (
    broadcast,
    broadcast_content,
    broadcast_draft,
    broadcast_figures,
    broadcast_numbered,
    broadcast_of,
    broadcast_quota,
    broadcasts,
    cancel_broadcast,
    open_broadcast,
    withdraw_broadcast,
)
from warung.official.cards import (
    CARDS,
    AppCard,
    Choices,
    Chosen,
    Music,
    News,
    NewsItem,
    OfficialCard,
    OfficialPhoto,
    OfficialPicture,
    OfficialVideo,
    OfficialVoice,
    Option,
    Words,
)
from warung.official.commenting import comment, comments, delete_comment, elect, reply_comment, set_comments
from warung.official.consent import (
    CONVERSATION,
    block,
    blocked,
    count_blocked,
    count_followers,
    find,
    follower,
    follower_of,
    followers,
    followers_by,
    following,
    keep_owner,
    openid,
    page,
    set_remark,
    unblock,
    union_id,
)
from warung.official.counting import (
    DaysOfFiguresNotPossible,
    acts_by_day,
    calls_by_day,
    count_call,
    followers_at_end,
    followers_by_day,
    items_by_day,
    statistics,
    upstream_by_day,
    writers_by_day,
)
from warung.official.desk_model import (
    BadKf,
    DeskChanged,
    DeskNotPossible,
    DeskSession,
    DeskSettings,
    Hours,
    InSession,
    Kf,
    KfExists,
    KfOffline,
    NoSuchKf,
    NoSuchSession,
    NotStaff,
    NotYourSession,
    Record,
    TooManyKf,
)
from warung.official.joining import follow, unfollow
from warung.official.keeping import add_material, bring, card_of_material, count_materials, delete_material, material, materials
from warung.official.library import CATEGORIES, INDUSTRIES, LIBRARY
from warung.official.log import events, happen, last_event, message_id
from warung.official.menus import (
    Button,
    ButtonIncomplete,
    ButtonKeyNotPossible,
    ButtonKindUnknown,
    ButtonNameNotPossible,
    ButtonUrlNotPossible,
    KnownMenu,
    MatchRule,
    MatchRuleEmpty,
    Menu,
    MenuNotPossible,
    NoDefaultMenu,
    NoSuchMenu,
    SubMenuNotPossible,
    TooManyMenus,
    add_conditional,
    delete_conditional,
    delete_menu,
    menu,
    menu_for,
    menus_of,
    set_menu,
)
from warung.official.model import (
    Face,
    Follow,
    FollowerBlocked,
    Following,
    FollowingChanged,
    Happened,
    Happening,
    Kind,
    Mode,
    NoSuchFollower,
    NoSuchTag,
    NotFollowing,
    Official,
    OfficialNotFound,
    OfficialPage,
    OutsideWindow,
    Registered,
    Role,
    RoleNeeded,
    Settings,
    Source,
    Staff,
    Tag,
    TagExists,
    TagNameTooLong,
    TagReserved,
    TooManyAtOnce,
    TooManyOfficialTags,
    TooManyTagsOnFollower,
    WindowUsedUp,
)
from warung.official.model_articles import (
    Article,
    ArticleCard,
    ArticlePage,
    ArticleTitleNotPossible,
    AuthorTooLong,
    CommentsClosed,
    ContentMissing,
    ContentTooLong,
    DigestTooLong,
    Draft,
    DraftPage,
    Item,
    ItemsWanted,
    NoSuchArticle,
    NoSuchComment,
    NoSuchDraft,
    NoSuchItem,
    NoSuchPublishing,
    Publishing,
    Shot,
    Writing,
)
from warung.official.model_broadcasts import (
    All,
    Broadcast,
    BroadcastCannotStop,
    BroadcastQuotaUsedUp,
    BroadcastRepeated,
    ClientIdTooLong,
    NobodyToSendTo,
    NoSuchBroadcast,
    Openids,
    Pointer,
    Tagged,
)
from warung.official.model_codes import (
    Code,
    CodeNotValid,
    CodeTimeNotPossible,
    Coupon,
    CouponCard,
    CouponDraft,
    Given,
    NoSuchCoupon,
    NoSuchShortKey,
    SceneOfCodeNotPossible,
    ShortKey,
    ShortKeyNotPossible,
    TooManyCodes,
)
from warung.official.model_materials import (
    Material,
    MaterialEmpty,
    MaterialKindUnknown,
    MaterialTooLarge,
    MaterialUnfit,
    NoSuchMaterial,
    TooManyMaterials,
)
from warung.official.model_templates import (
    IndustryChangedLately,
    IndustryNotPossible,
    NoSuchLibraryTemplate,
    NoSuchTemplate,
    NotAgreed,
    Notification,
    NotificationRepeated,
    Template,
    TemplateArgument,
    TemplateNotPossible,
    TooManyTemplates,
    Value,
)
from warung.official.notifying import (
    add_subscription,
    add_template,
    agree,
    consents,
    define_template,
    delete_template,
    industry,
    send_template,
    set_industry,
    template,
    templates,
)
from warung.official.offering import close_coupon, coupon, coupons, give_coupon, make_coupon, redeem, take_coupon
from warung.official.pressing import CodeRead, MenuChanged, Spot, With, press, report_location
from warung.official.programs import add_program, program_by, remove_program
from warung.official.programs_model import Hook, NewProgram, NotAProgram, Program, Tell
from warung.official.publishing import (
    article,
    article_numbered,
    articles,
    delete_article,
    make_public,
    news_of,
    publish,
    publishing_of,
    read_article,
    share_article,
)
from warung.official.registry import by_appid, change, close, mine, official, register, reset_secret, secret_is, verify
from warung.official.renaming import TellFollowers, tell_followers
from warung.official.rules import Keyword, Replies, RepliesNotPossible, Rule, replies, set_mode, set_replies
from warung.official.scanning import code, code_picture, codes, lengthen, make_code, scan, scene_of, shorten
from warung.official.seats import add_kf, bind_kf, change_kf, delete_kf, kfs, set_kf_avatar
from warung.official.serving import close_session, desk, hand_over, open_session, records, session, sessions, set_desk, sit, take
from warung.official.sharing import OfficialProfile, recommend
from warung.official.tagging import add_tag, delete_tag, rename_tag, tag, tagged, tags, tags_of, untag
from warung.official.talking import Window, answer, reply_window, say, typing
from warung.official.team import remove_staff, set_staff, staff
from warung.official.webhooks import add_hook, hooks, on_happened, remove_hook, replay, rotate_hook, tell
from warung.official.writing import add_draft, change_draft, count_drafts, delete_draft, draft, drafts, preview_draft, written

DOMAIN = Domain(
    name="official",
    routes=[
        *(*routes_staff.ROUTES, *routes.ROUTES, *routes_team.ROUTES, *routes_desk.ROUTES, *routes_programs.ROUTES),
        *(*routes_articles.ROUTES, *routes_reading.ROUTES, *routes_sending.ROUTES, *routes_codes.ROUTES),
    ],
    cards=[*CARDS, ArticleCard, Pointer, Notification, CouponCard, OfficialProfile],
    kinds=[ConversationKind(CONVERSATION, peers=True)],
    events=[FollowingChanged, DeskChanged],
    listeners=[
        *((contacts.Reported, complaints.on_reported), (Happened, on_happened)),
        *((Happened, counting.on_happened), (Happened, notifying.on_happened)),
    ],
    followers=[Follower(inbox.NAME, inbox.follow, inbox.caught_up)],
    jobs=[
        Chore(keeping.DropMaterial, keeping.drop_old),
        Chore(publishing.PublishDraft, publishing.publish_now),
        Chore(delivering.Deliver, delivering.deliver),
        Errand(delivering.Recount, delivering.recount),
        Chore(TellFollowers, tell_followers),
        Errand(Tell, tell, tries=10_000),
    ],
    viewers=[
        (model_materials.HOLDER, keeping.may_see),
        (model_articles.HOLDER, publishing.may_see),
        (model_broadcasts.HOLDER, broadcasting.may_see),
    ],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

# One name a line would make this page longer than a page may be.
# fmt: off
__all__ = [
    "CATEGORIES", "CONVERSATION", "DOMAIN", "INDUSTRIES", "LIBRARY", "All", "AppCard", "Article", "ArticleCard", "ArticlePage",
    "ArticleTitleNotPossible", "AuthorTooLong", "AutoAnswer", "BadKf", "Broadcast", "BroadcastCannotStop", "BroadcastQuotaUsedUp",
    "BroadcastRepeated", "Button", "ButtonIncomplete", "ButtonKeyNotPossible", "ButtonKindUnknown", "ButtonNameNotPossible",
    "ButtonUrlNotPossible", "Choices", "Chosen", "ClientIdTooLong", "Code", "CodeNotValid", "CodeRead", "CodeTimeNotPossible",
    "CommentsClosed", "ContentMissing", "ContentTooLong", "Coupon", "CouponCard", "CouponDraft", "DaysOfFiguresNotPossible",
    "DeskChanged", "DeskNotPossible", "DeskSession", "DeskSettings", "DigestTooLong", "Draft", "DraftPage", "Face", "Follow",
    "FollowerBlocked", "Following", "FollowingChanged", "Given", "Happened", "Happening", "Hook", "Hours", "InSession",
    "IndustryChangedLately", "IndustryNotPossible", "Item", "ItemsWanted", "Keyword", "Kf", "KfExists", "KfOffline", "Kind",
    "KnownMenu", "MatchRule", "MatchRuleEmpty", "Material", "MaterialEmpty", "MaterialKindUnknown", "MaterialTooLarge", "MaterialUnfit",
    "Menu", "MenuChanged", "MenuNotPossible", "Mode", "Music", "NewProgram", "News", "NewsItem", "NoDefaultMenu", "NoSuchArticle",
    "NoSuchBroadcast", "NoSuchComment", "NoSuchCoupon", "NoSuchDraft", "NoSuchFollower", "NoSuchItem", "NoSuchKf",
    "NoSuchLibraryTemplate", "NoSuchMaterial", "NoSuchMenu", "NoSuchPublishing", "NoSuchSession", "NoSuchShortKey", "NoSuchTag",
    "NoSuchTemplate", "NobodyToSendTo", "NotAProgram", "NotAgreed", "NotAnAnswer", "NotFollowing", "NotStaff", "NotYourSession",
    "Notification", "NotificationRepeated", "Official", "OfficialCard", "OfficialNotFound", "OfficialPage", "OfficialPhoto",
    "OfficialPicture", "OfficialProfile", "OfficialVideo", "OfficialVoice", "Openids", "Option", "OutsideWindow", "Pointer", "Program",
    "Publishing", "Record", "Registered", "Replies", "RepliesNotPossible", "Role", "RoleNeeded", "Rule", "SceneOfCodeNotPossible",
    "Settings", "ShortKey", "ShortKeyNotPossible", "Shot", "Source", "Spot", "Staff", "SubMenuNotPossible", "Tag", "TagExists",
    "TagNameTooLong", "TagReserved", "Tagged", "Template", "TemplateArgument", "TemplateNotPossible", "TooManyAtOnce", "TooManyCodes",
    "TooManyKf", "TooManyMaterials", "TooManyMenus", "TooManyOfficialTags", "TooManyTagsOnFollower", "TooManyTemplates", "Value",
    "Window", "WindowUsedUp", "With", "Words", "Writing", "acts_by_day", "add_conditional", "add_draft", "add_hook", "add_kf",
    "add_material", "add_program", "add_subscription", "add_tag", "add_template", "agree", "answer", "article", "article_numbered",
    "articles", "bind_kf", "block", "blocked", "bring", "broadcast", "broadcast_content", "broadcast_draft", "broadcast_figures",
    "broadcast_numbered", "broadcast_of", "broadcast_quota", "broadcasts", "by_appid", "calls_by_day", "cancel_broadcast", "card_of",
    "card_of_material", "change", "change_draft", "change_kf", "close", "close_coupon", "close_session", "code", "code_picture",
    "codes", "comment", "comments", "consents", "count_blocked", "count_call", "count_drafts", "count_followers", "count_materials",
    "coupon", "coupons", "define_template", "delete_article", "delete_comment", "delete_conditional", "delete_draft", "delete_kf",
    "delete_material", "delete_menu", "delete_tag", "delete_template", "desk", "draft", "drafts", "elect", "events", "find", "follow",
    "follower", "follower_of", "followers", "followers_at_end", "followers_by", "followers_by_day", "following", "give_coupon",
    "hand_over", "happen", "hooks", "industry", "items_by_day", "keep_owner", "kfs", "last_event", "lengthen", "make_code",
    "make_coupon", "make_public", "material", "materials", "menu", "menu_for", "menus_of", "message_id", "mine", "news_of", "official",
    "open_broadcast", "open_session", "openid", "page", "press", "preview_draft", "program_by", "publish", "publishing_of",
    "read_article", "recommend", "records", "redeem", "register", "remove_hook", "remove_program", "remove_staff", "rename_tag",
    "replay", "replies", "reply_comment", "reply_window", "report_location", "reset_secret", "rotate_hook", "say", "scan", "scene_of",
    "secret_is", "send_template", "session", "sessions", "set_comments", "set_desk", "set_industry", "set_kf_avatar", "set_menu",
    "set_mode", "set_remark", "set_replies", "set_staff", "share_article", "shorten", "sit", "staff", "statistics", "tag", "tagged",
    "tags", "tags_of", "take", "take_coupon", "template", "templates", "typing", "unblock", "unfollow", "union_id", "untag",
    "upstream_by_day", "verify", "withdraw_broadcast", "writers_by_day", "written",
]
