"""How other programs call what a customer has: CRMs, address books and mail programs, in several languages.

Capitals, accents, blanks and punctuation don't count, nor do numbers for fields that take several columns.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


def _phones() -> tuple[str, ...]:
    """Return every kind of telephone, the one that reaches somebody first."""
    kinds = [
        "mobile",
        "work",
        "business",
        "office",
        "home",
        "primary",
        "main",
        "other",
        "company",
        "direct",
        "assistant's",
        "car",
        "switchboard",
    ]
    names = [f"{kind} phone" for kind in kinds] + [f"{kind} phone number" for kind in kinds]
    return (
        *_words(
            "phone|phone number|mobile|mobile number|cell|cell phone|cellphone|telephone|telephone number|tel|tel."
        ),
        *names,
        *_words("phone - value|phone (work)|phone (mobile)|phone (home)|person - phone|person - phone - work"),
        *_words(
            "person - phone - mobile|person - phone - home|person - phone - other|contact phone|company main phone"
        ),
        *_words("telefon|telefonnummer|telefon geschäftlich|telefon privat|mobil|mobiltelefon|handy|rufnummer"),
        *_words("téléphone|tél|portable|téléphone mobile|teléfono|móvil|celular|telefono|cellulare|telefone|telefoon"),
        *_words("电话|手机|手机号|手机号码|电话号码|联系电话|移动电话|座机|办公电话|電話|手機"),
    )


REFERENCE = _words(
    "customer_id|customer id|id|record id|contact id|lead id|account id|person - id|person id|client id|customer number|"
    "customer no|external id|uid|kundennummer|kunden-nr|kundennr|numéro client|número de cliente|客户编号|编号|客户id"
)
NAME = _words(
    "full name|display name|contact name|customer name|person - name|lead name|fn|anzeigename|vollständiger "
    "name|nom complet|nombre completo|nome completo|姓名|客户名称|名称|客户姓名|联系人|联系人姓名|名字"
)
GIVEN_NAME = _words(
    "first name|firstname|forename|contact first name|person - first name|vorname|prénom|nombre|nome|voornaam|名"
)
FAMILY_NAME = _words(
    "last name|lastname|surname|contact last name|person - last name|nachname|familienname|nom|nom de famille|apellido|"
    "apellidos|cognome|sobrenome|achternaam|姓|姓氏"
)
ORGANISATION = _words(
    "company|account name|organization|company / account|account|associated company|company or account|"
    "organization - name|organization name|company name|person - organization|employer|firma|firmenname|unternehmen|"
    "société|entreprise|empresa|azienda|bedrijf|公司|单位|公司名称|企业名称|所属公司|公司名"
)
JOB_TITLE = _words(
    "title|position|job title|role|organization title|organization - title|person - title|function|beruf|stellung|"
    "berufsbezeichnung|fonction|poste|cargo|puesto|职位|职务|职称|岗位"
)
ROLE = _words(
    "buying role|buyer role|contact role|role in purchase|decision role|opportunity contact role|采购角色|决策角色|联系人角色"
)
GENDER = _words("sex|salutation gender|geschlecht|genre|sexe|género|sexo|genere|geslacht|性别")
EMAIL = _words(
    "email|email address|e-mail address|e-mail|mail|primary email|work email|business email|email (work)|e-mail - value|"
    "person - email - work|person - email|person - email - home|person - email - other|home email|personal email|"
    "other email|secondary email|additional email addresses|contact email|mail address|email adresse|e-mail-adresse|"
    "courriel|adresse e-mail|correo|correo electrónico|邮箱|电子邮件|邮件|电子邮箱|邮箱地址|email地址"
)
PHONE = _phones()
WECHAT = _words("weixin|wechat id|微信|微信号")
IDENTIFIER = _words(
    "registration number|vat|vat number|tax id|company registration number|duns number|ust-id|umsatzsteuer-id|"
    "steuernummer|siret|siren|cif|统一社会信用代码|税号|信用代码"
)
BIRTH_DATE = _words(
    "birthday|date of birth|birthdate|dob|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento|data di nascita|"
    "data de nascimento|geboortedatum|生日|出生日期"
)
INDUSTRY = _words("industry|sector|branche|secteur|industria|settore|行业|所属行业")
WEBSITE = _words(
    "website|url|homepage|web page|website - value|company domain name|domain|webseite|site web|网站|网址|官网"
)
SOURCE = _words("lead source|original source|source|contact source|quelle|lead-quelle|origine|来源|客户来源|线索来源")
COUNTRY = _words("country|country/region|business country|mailing country|address - country|land|pays|país|paese|国家")
REGION = _words(
    "province|state|state/province|state/region|business state|mailing state|address - region|bundesland|省份|省"
)
CITY = _words(
    "town|city|business city|mailing city|home city|address - city|ort|stadt|ville|ciudad|città|cidade|plaats|城市|市|所在城市"
)
DISTRICT = _words("district|county|区|区县")
STREET = _words(
    "address|street address|business street|mailing street|address - street|home street|address line|strasse|straße|"
    "adresse|anschrift|rue|dirección|indirizzo|endereço|straat|地址|详细地址|通讯地址"
)
POSTAL_CODE = _words(
    "zip|zip code|postcode|postal code|zip/postal code|business postal code|mailing zip/postal code|"
    "address - postal code|plz|postleitzahl|code postal|código postal|cap|邮编|邮政编码"
)
OWNER = _words(
    "owner email|contact owner|lead owner|account owner|company owner|record owner|person - owner|owner name|assigned to|"
    "inhaber|besitzer|zuständig|betreuer|propriétaire|propietario|负责人|所有者|客户负责人|跟进人"
)
CREATED_AT = _words(
    "create date|created|created date|created on|date created|created time|creation date|person - person created|add time|"
    "person - add time|angelegt am|erstellt am|erstelldatum|date de création|fecha de creación|创建时间|创建日期|录入时间"
)
REVENUE = _words(
    "annual revenue|company revenue|turnover|sales revenue|umsatz|jahresumsatz|chiffre d'affaires|ca|ingresos|fatturato|"
    "年收入|营业额|年营业额"
)
NOTE = _words(
    "notes|note|comments|comment|remarks|description|bemerkung|bemerkungen|notizen|notiz|kommentar|remarques|notas|备注|说明"
)
COMPANY_ID = _words(
    "associated company id|associated company ids|primary associated company id|account id|company id|organization id|"
    "organization - id|parent company id|firmen-id|公司编号|所属公司编号"
)
# Files of companies call some of these by other names.
COMPANY = {
    "name": _words(
        "company name|company|account name|account|organization|organization name|organization - name|organisation|"
        "customer name|firma|firmenname|unternehmen|société|entreprise|empresa|azienda|公司|公司名称|企业名称|客户名称|名称"
    ),
    "reference": (*REFERENCE, *_words("company id|organization id|organization - id|company number|公司编号|企业编号")),
    "organisation": _words("parent company|parent account|parent account name|subsidiary of|holding|母公司"),
    "organisation_key": _words("parent company id|parent account id|parent id|母公司编号"),
    "phone": (*PHONE, *_words("organization - phone")),
}
