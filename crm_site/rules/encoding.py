"""Rules in addresses: JSON, compressed, in the letters an address may carry; bounded on both sides."""

from __future__ import annotations

import base64
import binascii
import json
import zlib

from django.utils.translation import gettext

from crm_site.rules.errors import NodeError, RuleError
from crm_site.rules.rule import Rule, load_rule

LONGEST_CODE = 4_000
LARGEST_JSON = 32_768


def encode_rule(rule: Rule) -> str:
    """Return the rule as text for an address; raise RuleError when it is too long for one."""
    text = json.dumps(rule.to_json(), separators=(",", ":"), ensure_ascii=False, default=str)
    packed = zlib.compress(text.encode("utf-8", "ignore"), 9)
    code = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(code) > LONGEST_CODE or len(text) > LARGEST_JSON:
        raise RuleError([NodeError((), gettext("This rule is too long for an address."))])
    return code


def decode_rule(subject: str, code: str) -> Rule:
    """Return the rule of an address, also when parts of it mean nothing any more; raise RuleError for anything else."""
    unreadable = RuleError([NodeError((), gettext("This rule cannot be read."))])
    if not code or len(code) > LONGEST_CODE or not code.isascii():
        raise unreadable
    try:
        packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, LARGEST_JSON)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise unreadable from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise unreadable
    return load_rule(subject, text)
