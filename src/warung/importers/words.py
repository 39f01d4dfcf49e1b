"""The words that phones put into a WhatsApp export, by language. Facts, not prose: extend them when an export shows another one.

All are compared after `plain`. Where the structure of a line already tells (marks, file names), these lists are not consulted.
"""

import re

_NOISE = re.compile(r"[\s.。।,،、:\u061c\u200b-\u200f\u202a-\u202f\u2066-\u2069\ufeff]+")


def plain(words: str) -> str:
    """Return words without case, spaces, full stops, commas and invisible marks, for comparing."""
    return _NOISE.sub("", words).casefold()


def _set(words: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words.split("|"))


# Between the date and the time.
JOINERS = _set("|klo|kl|um|às|as|à|a las|lúc|u|г|р|в|о|ora|pukul|jam|när|ved|saat|στις|ob|ที่")
# Directly after a year or a day, sometimes with a word of the time behind it.
ERA = re.compile("^(?:be|พศ|г|р|日|일)")

MORNING = _set(
    "am|a|vorm|vormittag|vm|fm|ap|f.h.|matin|mat|mañana|de la mañana|manhã|da manhã|dop|dopoledne|dopoludnia|dopoldne|priešpiet"
    "|priekšp|prijepodne|pre podne|pd|paradite|de|d.e.|öö|sa|sáng|pg|pagi|enne keskpäeva|e.k.|rytas|дп|пр.об.|до обед|таңкы|тң"
    '|претпл|πμ|կա|לפנה״צ|לפנה"צ|בבוקר|ص|صباحا|صباحًا|فجرًا|ق.ظ|ق.ظ.|قبل‌ازظهر|قبل از ظهر|صبح|غ.م|पूर्वाह्न|सुबह|सकाळी|पहाटे|म.पू'
    "|পূর্বাহ্ণ|সকাল|ভোর|ਪੂ.ਦੁ|ਸਵੇਰੇ|ਪੂਰਵ ਦੁਪਹਿਰ|સવારે|પૂર્વાહ્ન|ପୂର୍ବାହ୍ନ|முற்பகல்|காலை|పూర్వాహ్నం|ఉదయం|ಪೂರ್ವಾಹ್ನ|ಬೆಳಿಗ್ಗೆ"
    "|രാവിലെ|පෙ.ව|ก่อนเที่ยง|เช้า|ກ່ອນທ່ຽງ|နံနက်|ព្រឹក|ጥዋት|上午|早上|早|清晨|凌晨|半夜|午前|오전|새벽|아침|asubuhi|sf"
    "|ganin safiya|subuh|dini hari"
)
AFTERNOON = _set(
    "pm|p|nachm|nachmittag|abends|nm|em|ip|e.h.|soir|après-midi|tarde|de la tarde|da tarde|odp|odpoledne|popołudniu|popoludní"
    "|popoldne|popiet|pēcp|poslijepodne|po podne|md|mbasdite|du|d.u.|ös|ch|chiều|tối|ptg|petang|sore|siang|pärast keskpäeva|p.k."
    '|вечера|пп|сл.об.|след обед|түштөн кийинки|тк|попл|μμ|կհ|אחה״צ|אחה"צ|בערב|م|مساء|مساءً|ظهرًا|ب.ظ|ب.ظ.|بعدازظهر|بعد از ظهر'
    "|عصر|غ.و|अपराह्न|शाम|दोपहर|दुपारी|संध्याकाळी|म.उ|অপরাহ্ণ|বিকাল|সন্ধ্যা|দুপুর|ਬਾ.ਦੁ|ਸ਼ਾਮ|બપોરે|સાંજે|અપરાહ્ન|ଅପରାହ୍ନ|பிற்பகல்"
    "|மாலை|మధ్యాహ్నం|సాయంత్రం|అపరాహ్నం|ಅಪರಾಹ್ನ|ಸಂಜೆ|ಮಧ್ಯಾಹ್ನ|ഉച്ചകഴിഞ്ഞ്|വൈകുന്നേരം|ප.ව|หลังเที่ยง|บ่าย|เย็น|ຫຼັງທ່ຽງ|ညနေ|ល្ងាច"
    "|ከሰዓት|下午|傍晚|午後|오후|저녁|jioni|yamma"
)
# From evening until the small hours.
NIGHT = _set("malam|noche|de la noche|noite|da noite|रात|রাত|இரவு|రాత్రి|晚上|晚|夜|밤|đêm|กลางคืน")
# Eleven "at noon" is before it.
NOON = _set("中午|正午|정오|낮|เที่ยง|tengah hari")

HALVES = MORNING | AFTERNOON | NIGHT | NOON

# The whole text of an entry whose medium was left out, without the angle brackets.
MEDIA_OMITTED = _set(
    "media omitted|media tidak disertakan|media dikecualikan|media disingkirkan|media weggelaten|media weggelaat"
    "|medien ausgeschlossen|medien weggelassen|multimedia omitido|archivo omitido|médias omis|fichier omis|média omis"
    "|mídia oculta|mídia omitida|arquivo de mídia oculto|ficheiro não revelado|ficheiro multimédia omitido|media omessi"
    "|media omesso|без медиафайлов|файл пропущен|медіа пропущено|без медіафайлів|pominięto multimedia|multimedia pominięto"
    "|média vynechány|média vynechána|médiá vynechané|média elhagyva|hiányzó médiafájl|conținut media omis|fișier media omis"
    "|εξαίρεση πολυμέσων|αρχείο παραλήφθηκε|без файл|medijski zapis izostavljen|медији су изостављени|datoteke izpuščene"
    "|medij izpuščen|medija praleista|nav iekļauta multivide|bez multivides|meedia välja jäetud|medya dahil edilmedi"
    "|medya atlanmış|media utelämnat|media har utelämnats|media utelatt|uten vedlegg|utelatt mediefil|medier udeladt"
    "|mediefil udeladt|media jätettiin pois|media jätetty pois|המדיה לא נכללה|מדיה הושמטה|تم استبعاد الوسائط|رسانه حذف شد"
    "|میڈیا چھوڑ دیا گیا|मीडिया के बिना|मीडिया छोड़ा गया|मीडिया हटाया गया|मीडिया वगळण्यात आला|मीडिया वगळले"
    "|মিডিয়া বাদ দেওয়া হয়েছে|ਮੀਡੀਆ ਛੱਡਿਆ|મીડિયા અવગણવામાં આવ્યા|கோப்புகள் விடப்பட்டன|మీడియా విస్మరించబడింది|ಮಾಧ್ಯಮ ಕೈಬಿಡಲಾಗಿದೆ"
    "|മീഡിയ ഒഴിവാക്കി|ไฟล์สื่อถูกลบ|สื่อถูกลบ|ບໍ່ລວມມີເດຍ|bỏ qua tệp phương tiện|bỏ qua media|忽略多媒體檔|省略多媒体文件"
    "|媒体文件已省略|メディアなし|メディアは含まれていません|미디어 파일 제외됨|미디어 파일을 생략한 대화내용"
    "|media hazijajumuishwa|walang kalakip na media|media buraxıldı|fitxers multimèdia omesos|view once voice message omitted"
    "|video note omitted"
)
# The end of an entry on an iPhone whose medium was left out; there a kind of medium stands before or behind it.
OMITTED_HERE = _set(
    "image omitted|video omitted|video note omitted|audio omitted|gif omitted|sticker omitted|document omitted"
    "|contact card omitted|gambar tidak disertakan|video tidak disertakan|audio tidak disertakan|gif tidak disertakan"
    "|stiker tidak disertakan|dokumen tidak disertakan|kartu kontak tidak disertakan|bild weggelassen|video weggelassen"
    "|audio weggelassen|gif weggelassen|sticker weggelassen|dokument weggelassen|kontaktkarte ausgelassen|imagen omitida"
    "|video omitido|audio omitido|gif omitido|sticker omitido|documento omitido|tarjeta de contacto omitida|image absente"
    "|vidéo absente|audio omis|gif retiré|sticker omis|document manquant|fiche contact manquante|immagine omessa|video omesso"
    "|audio omesso|gif esclusa|sticker non incluso|documento omesso|imagem não revelada|vídeo não revelado|áudio não revelado"
    "|gif não revelado|sticker não revelado|documento não revelado|изображение отсутствует|видео отсутствует"
    "|аудиофайл отсутствует|gif отсутствует|стикер не добавлен|документ отсутствует|画像は含まれていません"
    "|ビデオは含まれていません|音声は含まれていません|gifは含まれていません|スタンプは含まれていません"
    "|ドキュメントは含まれていません|連絡先カードを省略|फ़ोटो हटाई गई|वीडियो छोड़ा गया|ऑडियो हटाई गयी|gif छोड़ा गया"
    "|स्टिकर छोड़ा गया|डॉक्यूमेंट छोड़ा गया|कॉन्टैक्ट कार्ड छोड़ा गया|لم يتم إدراج الصورة|لم يتم إدراج الفيديوهات"
    "|لم يتم إدراج المقاطع الصوتية|لم يتم إدراج صورة gif|تم حذف الملصقات|لم يتم إدراج المستند|لم يتم إدراج بطاقة جهة اتصال"
    "|ไม่มีรูปภาพ|วิดีโอถูกลบ|ไม่มีไฟล์เสียง|ไม่มีสติกเกอร์|ละเว้นเอกสาร|ละเว้น gif|บัตรรายชื่อที่ละเว้น|đã bỏ qua hình ảnh"
    "|đã bỏ video|bỏ qua tệp âm thanh|đã bỏ sticker|đã bỏ qua tài liệu|đã bỏ qua ảnh gif|bỏ qua thẻ liên lạc|图像已忽略"
    "|视频已忽略|音频已忽略|已忽略图片|忽略圖片|忽略影片|圖片已略過"
)
# In the brackets behind a file name (Android) or before it (iPhone).
ATTACHED = _set(
    "file attached|attached|file terlampir|terlampir|bestand bijgevoegd|bijgevoegd|datei angehängt|anhang|archivo adjunto|adjunto"
    "|fichier joint|pièce jointe|arquivo anexado|ficheiro anexado|anexado|file allegato|allegato|файл добавлен|прикреплено"
    "|файл додано|plik załączony|załączono|dosya ekli|eklendi|soubor byl přiložen|súbor priložený|csatolt fájl|fișier atașat"
    "|bifogad fil|fil bifogad|vedhæftet fil|fil vedlagt|tiedosto liitetty|קובץ מצורף|מצורף|ملف مرفق|الملف مرفق|المرفق|مرفق"
    "|फ़ाइल संलग्न है|फाइल संलग्न है|संलग्न|संलग्न है|संलग्न किया गया|ファイル添付|ファイルが添付されています|添付ファイル|添付"
    "|文件附件|附件|檔案已附加|已附加|첨부된 파일|파일 첨부됨|첨부|tệp đính kèm|đính kèm|tệp được đính kèm|ไฟล์แนบ|ไฟล์ที่แนบมา"
    "|แนบ|fail dilampirkan|dilampirkan"
)
EDITED = _set(
    "this message was edited|pesan ini diedit|pesan ini telah diedit|diese nachricht wurde bearbeitet|se editó este mensaje"
    "|este mensaje fue editado|ce message a été modifié|questo messaggio è stato modificato|mensagem editada"
    "|esta mensagem foi editada|dit bericht is bewerkt|это сообщение изменено|данное сообщение изменено|ההודעה נערכה"
    "|تم تعديل هذه الرسالة|यह मैसेज एडिट किया गया|यह मैसेज एडिट किया गया है|此消息已编辑|此訊息已編輯"
    "|このメッセージは編集されました|이 메시지는 편집되었습니다|bu mesaj düzenlendi|tin nhắn này đã được chỉnh sửa"
    "|mesej ini telah diedit"
)
DELETED = _set(
    "this message was deleted|you deleted this message|pesan ini dihapus|pesan ini telah dihapus|anda menghapus pesan ini"
    "|kamu menghapus pesan ini|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje"
    "|eliminaste este mensaje|este mensaje fue eliminado|ce message a été supprimé|vous avez supprimé ce message"
    "|questo messaggio è stato eliminato|hai eliminato questo messaggio|mensagem apagada|essa mensagem foi apagada"
    "|esta mensagem foi apagada|você apagou esta mensagem|apagou esta mensagem|dit bericht is verwijderd"
    "|u hebt dit bericht verwijderd|je hebt dit bericht verwijderd|данное сообщение удалено|вы удалили данное сообщение"
    "|сообщение удалено|вы удалили это сообщение|ви видалили це повідомлення|تم حذف هذه الرسالة|أنت حذفت هذه الرسالة"
    "|حذفت هذه الرسالة|הודעה זו נמחקה|מחקת הודעה זו|यह मैसेज डिलीट कर दिया गया है|आपने यह मैसेज डिलीट किया"
    "|यह मैसेज डिलीट किया गया|आपने यह मैसेज हटाया|このメッセージは削除されました|このメッセージを削除しました|此消息已被删除"
    "|此消息已删除|您已删除此消息|你已删除此消息|此訊息已刪除|您已刪除此訊息|你已刪除此訊息|삭제된 메시지입니다"
    "|이 메시지는 삭제되었습니다|bu mesaj silindi|bu mesajı sildiniz|tin nhắn này đã bị xóa|bạn đã xoá tin nhắn này"
    "|bạn đã xóa tin nhắn này|ข้อความนี้ถูกลบแล้ว|คุณได้ลบข้อความนี้|mesej ini telah dipadam|anda telah memadam mesej ini"
    "|ta wiadomość została usunięta|usunięto tę wiadomość"
)
# Somewhere in the notice that opens an export, on an iPhone with a name before it as if somebody had said it.
ENCRYPTED = (
    "end-to-end",
    "ende-zu-ende",
    "extremo a extremo",
    "bout en bout",
    "ponta a ponta",
    "ponto a ponto",
    "сквозным шифр",
    "наскрізн",
    "uçtan uca",
    "koncov",
    "エンドツーエンド",
    "एंड-टू-एंड",
    "الطرفين",
    "מקצה לקצה",
    "端到端",
    "端對端",
    "종단간",
    "đầu cuối",
    "ต้นทางถึงปลายทาง",
    "hujung ke hujung",
)
# Before the name of the conversation, in the name of the file.
TITLES = (
    "whatsapp chat with ",
    "whatsapp chat - ",
    "whatsapp group chat with ",
    "chat whatsapp dengan ",
    "chat whatsapp - ",
    "whatsapp-chat mit ",
    "whatsapp chat mit ",
    "chat de whatsapp con ",
    "chat de whatsapp - ",
    "chat whatsapp con ",
    "conversa do whatsapp com ",
    "conversa no whatsapp com ",
    "discussion whatsapp avec ",
    "whatsapp-chat met ",
    "whatsapp chat met ",
    "чат whatsapp с контактом ",
    "чат whatsapp с ",
    "chat whatsapp s uživatelem ",
    "sembang whatsapp dengan ",
    "whatsapp とのチャット ",
    "محادثة whatsapp مع ",
    "דו-שיח whatsapp עם ",
    "whatsapp-chat - ",
)
