"""The words by which mail programs announce quoted, forwarded and machine-added text, in the languages we know them in.

Only data: `quotes` says what they mean. All entries are lower-case; a missing language costs a longer `reply_text`, no more.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


# What ends (or, where the verb comes early, appears in) the line above a quotation.
WROTE = _words(
    "wrote|writes|sent|has written|a écrit|a ecrit|écrivait|écrit|schrieb|schrieb am|hat geschrieben|schreibt|"
    "geschrieben|escribió|escribio|ha escrito|escribía|va escriure|ha escrit|escribiu|idatzi du|ha scritto|scrive|"
    "scrisse|escreveu|schreef|heeft geschreven|het volgende geschreven|skrev följande|skrev følgende|skrev|har skrevet|"
    "skrifaði|kirjoitti|napisał(a)|napisał|napisała|pisze|napsal(a)|napsal|napsala|napísal(a)|napísal|napísala|"
    "ezt írta|írta|a scris|şunu yazdı|şunları yazdı|yazdı|написал(а)|написала|написал|пишет|написав(-ла)|написав|"
    "написала|пише|написа|написао је|je napisao/la|je napisao|je napisala|napisao je|napisala je|napisao|napisala|"
    "je zapisal|je zapisala|rašė|parašė|rakstīja|kirjutas|έγραψε|כתב|כתבה|كتب|كتبت|نوشت|đã viết|viết|เขียนว่า|menulis|"
    "tulis|写道|寫道|写到|님이 작성|님이 씀|작성|さんは書きました|さんが書きました|書きました|のメール|のメッセージ"
)

# The field names of the header block above an unmarked quotation.
_FIELD_NAMES = {
    "from": _words(
        "from|von|de|da|van|från|fra|lähettäjä|od|от|від|от кого|kimden|gönderen|feladó|de la|expéditeur|remitente|"
        "mittente|afzender|saatja|nuo|no|από|מאת|من|发件人|寄件者|寄件人|差出人|送信元|보낸 사람|보낸사람|từ|dari|absender|avsändare|afsender"
    ),
    "date": _words(
        "sent|date|gesendet|datum|envoyé|envoyé le|date d'envoi|message du|enviado|enviado el|enviada em|enviado em|"
        "fecha|data|inviato|data invio|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|"
        "data wysłania|odesláno|odoslané|poslano|отправлено|дата|надіслано|tarih|gönderildi|gönderilme tarihi|"
        "gönderme tarihi|elküldve|küldve|dátum|trimis|saadetud|išsiųsta|nosūtīts|στάλθηκε|ημερομηνία|נשלח|תאריך|"
        "تاريخ الإرسال|التاريخ|发送时间|发件时间|发送日期|日期|時間|时间|寄件日期|送信日時|日時|送信日|보낸 날짜|보낸 시간|날짜|ngày|đã gửi|tanggal|dikirim|"
        "datum odeslání|gesendet am|sent at|date sent|sent on|when"
    ),
    "to": _words(
        "to|an|à|a|para|aan|til|till|vastaanottaja|do|komu|кому|до|kime|alıcı|címzett|către|per|destinatario|"
        "destinataire|ontvanger|kam|προς|אל|إلى|收件人|收件者|宛先|받는 사람|받는사람|đến|tới|kepada|empfänger|mottagare|modtager|"
        "prima|za|recipient|recipients"
    ),
    "cc": _words(
        "cc|bcc|kopie|copie|copie à|copia|kopia|kopi|dw|копия|копія|bilgi|másolatot kap|cci|cco|ccn|kopie (cc)|cópia|"
        "抄送|副本|참조|reply-to|antwort an|répondre à|responder a|rispondi a|svar til|odpowiedz do|importance|wichtigkeit|"
        "priority|attachments|anlagen"
    ),
    "subject": _words(
        "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|тема|konu|"
        "tárgy|subiect|assumpte|gaia|teema|tema|temats|θέμα|נושא|الموضوع|主题|主旨|件名|제목|chủ đề|tiêu đề|perihal|subjek|re"
    ),
}
FIELDS = {word: kind for kind, words in _FIELD_NAMES.items() for word in words}

# What stands between dashes (or alone) above a whole quoted message.
ORIGINAL = frozenset(
    _words(
        "algne kiri|alkuperäinen viesti|replied message|antwort nachricht|eredeti üzenet|izvirno sporočilo|izvorna poruka|"
        "mensagem original|mensaje original|mesaj original|mesajul original|message d'origine|message d’origine|"
        "message initial|message original|messaggio di origine|messaggio originale|missatge original|"
        "oorspronkelijk bericht|opprinnelig melding|oprindelig besked|oprindelig meddelelse|original|"
        "original appointment|original email|original mail|original melding|original message|original-nachricht|"
        "originalmail|originalmeddelande|originalna poruka|originalnachricht|origineel bericht|orijinal ileti|"
        "orijinal mesaj|oryginalna wiadomość|pesan asli|pôvodná správa|původní zpráva|reply message|tin nhắn gốc|"
        "ursprungligt mail|ursprungligt meddelande|ursprüngliche nachricht|wiadomość oryginalna|özgün ileti|"
        "αρχικό μήνυμα|вихідне повідомлення|исходное сообщение|оригинальное сообщение|оригінальне повідомлення|"
        "первоначальное сообщение|הודעה מקורית|الرسالة الأصلية|رسالة أصلية|元のメッセージ|原始邮件|原始郵件|原邮件|원본 메시지|원본 메일"
    )
)

FORWARDED = frozenset(
    _words(
        "anfang der weitergeleiteten e-mail|anfang der weitergeleiteten nachricht|begin doorgestuurd bericht|"
        "begin forwarded message|doorgestuurd bericht|début du message réexpédié|début du message transféré|"
        "edastatud kiri|edelleenlähetetty viesti|forwarded by|forwarded email|forwarded message|iletilen mesaj|"
        "iletilmiş mesaj|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem encaminhada|"
        "início da mensagem reenviada|mensagem encaminhada|mensagem reenviada|mensaje reenviado|mesaj redirecționat|"
        "mesajul redirecționat|message transféré|message transmis|messaggio inoltrato|missatge reenviat|pesan terusan|"
        "początek przekazywanej wiadomości|posredovano sporočilo|preposlaná správa|prosleđena poruka|"
        "proslijeđena poruka|przekazana wiadomość|påbegynt videresendt melding|přeposlaná zpráva|"
        "start forwarded message|start på videresendt besked|thư đã chuyển tiếp|tin nhắn đã chuyển tiếp|"
        "továbbított üzenet|vidarebefordrat meddelande|vidarebefordrat mejl|videresendt besked|videresendt e-post|"
        "videresendt meddelelse|videresendt melding|välitetty viesti|weitergeleitete nachricht|"
        "wiadomość przekazana dalej|yönlendirilen ileti|προωθημένο μήνυμα|начало переадресованного сообщения|"
        "перенаправленное сообщение|переслане повідомлення|пересылаемое сообщение|הודעה שהועברה|رسالة معاد توجيهها|"
        "رسالة مُعاد توجيهها|転送されたメッセージ|転送メッセージ|轉寄的郵件|轉寄郵件|转发的邮件|转发邮件信息|전달된 메시지|전달된 메일"
    )
)

# The line a mail program adds about itself.
SENT_WITH = _words(
    "sent from|sent with|sent via|sent using|get outlook for|download outlook|gesendet von|gesendet mit|von meinem|"
    "diese nachricht wurde von|envoyé de|envoyé depuis|envoyé à partir|télécharger outlook|obtenez outlook|provenance|"
    "enviado desde|enviado con|obtener outlook|enviado do|enviado a partir|obter o outlook|obtenha o outlook|"
    "inviato da|scarica outlook|ottieni outlook|verzonden met|verstuurd vanaf|outlook voor|skickat från|skickades från|"
    "hämta outlook|sendt fra|hent outlook|lähetetty|hanki outlook|wysłane z|wysłano z|pobierz outlook|odesláno z|"
    "odoslané z|stáhnout outlook|küldve|trimis de pe|gönderildi|отправлено из|отправлено с|скачать outlook|надіслано з|"
    "στάλθηκε από|נשלח מ|أرسلت من|发自我的|從我的|iphoneから送信|나의 iphone에서"
)

REPLY_PREFIXES = _words(
    "re|aw|antw|antwort|sv|svar|vs|ref|rif|r|odp|ynt|yan|res|resp|rép|rep|回复|回覆|答复|答覆|返信|답장|회신|ответ|відп|отв|απ|σχετ|"
    "atb|ats|bls|vá|va|bal|תשובה|השב|رد|trả lời|balas"
)

FORWARD_PREFIXES = _words(
    "fw|fwd|wg|wtr|tr|rv|enc|i|inoltro|doorst|vb|vl|vidarebefordrat|videresendt|pd|przek|ilt|i̇lt|转发|轉寄|轉發|転送|전달|"
    "пересл|пд|πρθ|továbbítás|réexp|chuyển tiếp|terusan|הועבר|إعادة توجيه"
)
