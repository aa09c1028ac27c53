"""The rule engine: apps declare fields and relations; people and jobs say rules over them; SQL answers."""

from crm_site.rules.declarations import Many, RuleField, RuleRelation, RuleSubject
from crm_site.rules.encoding import decode_rule, encode_rule
from crm_site.rules.errors import NodeError, RuleError, UnknownSubjectError
from crm_site.rules.registry import extend_subject, register_field_provider, register_subject
from crm_site.rules.rule import Rule, load_rule, parse_rule, readable_rule

__all__ = [
    "Many",
    "NodeError",
    "Rule",
    "RuleError",
    "RuleField",
    "RuleRelation",
    "RuleSubject",
    "UnknownSubjectError",
    "decode_rule",
    "encode_rule",
    "extend_subject",
    "load_rule",
    "parse_rule",
    "readable_rule",
    "register_field_provider",
    "register_subject",
]
